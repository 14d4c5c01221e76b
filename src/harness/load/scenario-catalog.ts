/** Finds scenarios: those of the package by name, anybody's own by path. */

import { readdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ToolrigError } from '../../core/errors.ts';
import { describeLoadFailure } from '../../core/load-failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { PlanSource } from './call-plan.ts';
import {
  defineScenario,
  type Scenario,
  type ScenarioCase,
  type ScenarioSpec,
  type ServiceSource,
  type Suite,
} from './scenario.ts';

const CATALOG = new URL('../../../scenarios/', import.meta.url);
const SERVICES = new URL('../../services/index.js', import.meta.url);
const SUFFIX = '.scenario.js';

const FACTORIES = {
  calculator: 'calculatorService',
  file: 'fileService',
  data: 'dataService',
} as const;

/** Source of one of the package's own services, for a scenario's `services`. */
export function referenceService(
  name: keyof typeof FACTORIES,
  options: object = {},
): ServiceSource {
  return { module: SERVICES.href, export: FACTORIES[name], options };
}

/** The package's own scenarios of one suite, in alphabetical order. */
export async function loadSuite(suite: Suite): Promise<Scenario[]> {
  const scenarios = await Promise.all((await listScenarioNames()).map(loadScenario));
  return scenarios.filter((scenario) => scenario.suite === suite);
}

/** Names of the package's own scenarios, in alphabetical order. */
export async function listScenarioNames(): Promise<string[]> {
  const files = await readdir(fileURLToPath(CATALOG));
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .toSorted();
}

/**
 * Loads a scenario: the name of one of the package's own, as `oom`, or with one of its cases alone,
 * as `oom/map`; or the path of a module that exports one as `scenario` or as its default.
 *
 * @throws `ERR_USAGE` when there is none, or the module cannot be loaded
 */
export async function loadScenario(nameOrPath: string): Promise<Scenario> {
  const names = await listScenarioNames();
  const isFile = /\.[cm]?[jt]s$/.test(nameOrPath);
  const own = names.find((name) => nameOrPath === name || nameOrPath.startsWith(`${name}/`));
  if (own !== undefined && !isFile) {
    const scenario = await importScenario(new URL(`${own}${SUFFIX}`, CATALOG).href, own);
    return own === nameOrPath ? scenario : oneCaseOf(scenario, nameOrPath.slice(own.length + 1));
  }
  if (isFile || /[/\\]/.test(nameOrPath)) {
    return importScenario(pathToFileURL(resolve(nameOrPath)).href, nameOrPath);
  }
  throw new ToolrigError(
    'ERR_USAGE',
    `there is no scenario '${nameOrPath}'.${didYouMean(nameOrPath, names)} ${pathHint(nameOrPath)}`,
  );
}

/** How to name one's own scenario, where a name was taken for one of the package's. */
function pathHint(name: string): string {
  const found = statSync(name, { throwIfNoEntry: false });
  if (found === undefined) return 'For one of your own, give its path: ./my.scenario.mjs';
  return found.isDirectory()
    ? folderHint(`.${sep}${name}`)
    : `For the file of that name, write .${sep}${name}`;
}

/**
 * The case of that name of a scenario that was loaded before, as by another thread.
 *
 * @throws `ERR_USAGE` when the module has changed meanwhile
 */
export async function loadCase({ module, options, caseName }: PlanSource): Promise<ScenarioCase> {
  const scenario = await importScenario(module, fileURLToPath(module), options);
  const found = scenario.cases.find(({ name }) => name === caseName);
  if (found !== undefined) return found;
  throw new ToolrigError(
    'ERR_USAGE',
    `${fileURLToPath(module)} has no case '${caseName}' any more`,
  );
}

/** What a module exports as its scenario. */
type Exported = ScenarioSpec | ((options: unknown) => ScenarioSpec);

function oneCaseOf(scenario: Scenario, name: string): Scenario {
  const cases = scenario.cases.filter((each) => each.name === name);
  if (cases.length > 0) return { ...scenario, cases };
  const known = scenario.cases.map((each) => each.name).filter((each) => each !== '');
  const hint = known.length === 0 ? ' It has none.' : didYouMean(name, known);
  throw new ToolrigError('ERR_USAGE', `scenario '${scenario.name}' has no case '${name}'.${hint}`);
}

function folderHint(path: string): string {
  const first = readdirSync(path).find((name) => /\.scenario\.[cm]?js$/.test(name));
  const example = first === undefined ? '' : `, as ${path}${sep}${first}`;
  return `${path} is a folder: give the path of a scenario${example}`;
}

/** @param options - what the scenario is made from, where the module exports a function */
async function importScenario(url: string, given: string, options?: unknown): Promise<Scenario> {
  const path = fileURLToPath(url);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new ToolrigError('ERR_USAGE', folderHint(path));
  if (found?.isFile() !== true) {
    throw new ToolrigError('ERR_USAGE', `there is no file ${path}: give the path of a scenario`);
  }
  let module: { scenario?: Exported; default?: Exported };
  try {
    module = await import(url);
  } catch (cause) {
    throw new ToolrigError(
      'ERR_USAGE',
      `the scenario ${given} cannot be loaded: ${describeLoadFailure(cause, url)}`,
      {
        cause,
      },
    );
  }
  const exported = module.scenario ?? module.default;
  const spec = typeof exported === 'function' ? exported(options) : exported;
  if (spec === undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      `${given} exports no scenario: write export const scenario = defineScenario({ … })`,
    );
  }
  return { ...defineScenario(spec), module: url };
}
