/**
 * The configuration of an application, from all the places it may stand in.
 *
 *   defaults ◀── file (JSON) ◀── environment (TOOLRIG_…) ◀── flags        the right-most wins
 *        └───────────────┬──────────────────┘
 *                        ▼
 *             one schema ──▶ every problem at once, or a Config
 *
 * Nothing is read here but what is passed in: the file's text, the environment, and a function for
 * the files of secrets. A relative path is resolved from where it was written: the folder of the
 * file, or for the environment and flags the working directory.
 */

import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import type { ConfigProblem, Read } from './config-problem.ts';
import { type Config, configSchema, type ServiceConfig } from './config-schema.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { type Environment, type ReadText, readEnvironment } from './environment.ts';
import {
  assign,
  hiddenBy,
  isTree,
  type SettingPath,
  type Settings,
  sourceOf,
  valueAt,
} from './layers.ts';
import { markOf, shapeOf } from './marks.ts';
import { configError, problemsOf } from './problems.ts';
import { REDACTED } from './secret.ts';
import { secretsInFile, withSecrets } from './secrets-in-file.ts';
import { anyServiceShape, serviceShape, servicesOf } from './service-entries.ts';

/** Where settings come from. */
export interface ConfigSources {
  /** Default: none. */
  readonly file?: { readonly path: string; readonly text: string };
  /** Variables that do not begin with `TOOLRIG_` are left alone, but for those a `$env` names. */
  readonly environment: Environment;
  /** Settings by path, as `{ port: 0 }`; those that are `undefined` were not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Absolute path that relative ones of the environment and flags start from. */
  readonly workingDirectory: string;
  /** Reads the files of secrets. */
  readonly readText: ReadText;
  /** Checks the part `access`, whose schema is not of this room: `parsePolicy`. Default: nobody. */
  readonly checkAccess?: (access: unknown) => unknown;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The same for people: secrets are `[redacted]`, and arguments as they were written. */
  readonly printable: Config;
}

/**
 * Reads, lays over each other, and checks.
 *
 * @throws `ERR_USAGE` with every problem: its setting, where that was written, and what is allowed
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { file, environment, workingDirectory, readText } = sources;
  const fileTree = readFile(file);
  const underlay: Settings = {
    tree: { ...fileTree.found, services: servicesOf(fileTree.found) },
    sources: new Map(file === undefined ? [] : [['', file.path]]),
  };
  const lookup = configSchema(anyServiceShape(underlay.tree.services));
  const variables = readEnvironment(environment, lookup, (path) =>
    readText(resolve(workingDirectory, path)),
  );
  const settings = assign(underlay, [...variables.found]);
  const flagged = assign(settings, flagAssignments(sources.flags ?? {}));
  const services = serviceShape(flagged);
  const schema = configSchema(services.found);
  const checked = schema.safeParse(flagged.tree);
  const secretText: ReadText = (path) => readText(resolve(workingDirectory, path));
  const problems = [
    ...fileTree.problems,
    ...variables.problems,
    ...hiddenBy(underlay, variables.found),
    ...services.problems,
    ...(checked.success ? [] : problemsOf(checked.error, schema, flagged)),
    ...accessProblems(flagged, sources.checkAccess),
    ...contradictions(checked.success ? checked.data : flagged.tree),
    ...argumentProblems(flagged.tree, environment, secretText),
  ];
  if (!checked.success || problems.length > 0) throw configError(problems);
  const place = (path: SettingPath) => {
    const isInFile = file !== undefined && sourceOf(flagged, path) === file.path;
    return isInFile ? resolve(workingDirectory, dirname(file.path)) : workingDirectory;
  };
  const written = resolved(checked.data, schema, [], place) as Config;
  const config = {
    ...written,
    services: withArguments(written.services, environment, secretText),
  };
  return { config, printable: redacted(written, schema) as Config };
}

function readFile(file: ConfigSources['file']): Read<Record<string, unknown>> {
  if (file === undefined) return { found: {}, problems: [] };
  const failed = (message: string) => ({
    found: {},
    problems: [{ path: '', source: file.path, message }],
  });
  let tree: unknown;
  try {
    tree = JSON.parse(file.text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return failed(`is no JSON: ${messageOf(error)}`);
  }
  if (!isTree(tree)) return failed('must hold one JSON object');
  const twice = duplicateKeys(file.text).map((path) => ({
    path,
    source: file.path,
    message: 'is there twice, and the first would be ignored: leave one',
  }));
  return { found: tree, problems: [...twice, ...secretsInFile(tree, file.path)] };
}

function flagAssignments(flags: Readonly<Record<string, unknown>>) {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ path: name.split('.'), value, source: `--${name}` }));
}

/** Paths made absolute, and modules `file:` URLs. */
function resolved(
  value: unknown,
  schema: z.ZodType,
  path: SettingPath,
  folderOf: (path: SettingPath) => string,
): unknown {
  const shape = shapeOf(schema);
  if (shape !== undefined && isTree(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key,
        resolved(each, shape[key] as z.ZodType, [...path, key], folderOf),
      ]),
    );
  }
  const mark = markOf(schema);
  if (typeof value !== 'string' || mark === undefined || mark === 'secret') return value;
  if (mark === 'module' && value.startsWith('file:')) return value;
  const absolute = resolve(folderOf(path), value);
  return mark === 'module' ? pathToFileURL(absolute).href : absolute;
}

/** What the checker says of `access`, each of its issues with its own path. */
function accessProblems(settings: Settings, check: ConfigSources['checkAccess']): ConfigProblem[] {
  const { access } = settings.tree;
  if (access === undefined || !isTree(access)) return [];
  try {
    check?.(access);
    return [];
  } catch (error) {
    if (!(error instanceof ToolrigError)) throw error;
    const { issues = [error.message] } = (error.data ?? {}) as { issues?: readonly string[] };
    return issues.map((issue) => {
      const [, below = '', message = issue] = /^policy(\S*): (.*)$/.exec(issue) ?? [];
      return { path: `access${below}`, source: sourceOf(settings, ['access']), message };
    });
  }
}

/**
 * What no single setting is wrong in.
 *
 * @param tree - checked, or as it was written, without the defaults
 */
function contradictions(tree: unknown): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const services = valueAt(tree, ['services']);
  for (const [name, service] of Object.entries(isTree(services) ? services : {})) {
    const { placement = 'inline', memoryLimitBytes } = isTree(service) ? service : {};
    if (placement !== 'inline' || memoryLimitBytes === undefined) continue;
    problems.push({
      path: `services.${name}.memoryLimitBytes`,
      source: undefined,
      message: "an inline service shares the host's memory: set placement to worker or process",
    });
  }
  const deadlineMs = valueAt(tree, ['health', 'deadlineMs']);
  const intervalMs = valueAt(tree, ['health', 'intervalMs']);
  const areTimes = typeof deadlineMs === 'number' && typeof intervalMs === 'number';
  if (areTimes && deadlineMs >= intervalMs) {
    problems.push({
      path: 'health.deadlineMs',
      source: undefined,
      message: `must be less than health.intervalMs (${intervalMs}), got ${deadlineMs}`,
    });
  }
  if (isTree(services) && Object.keys(services).length === 0) {
    problems.push({ path: 'services', source: undefined, message: 'name at least one service' });
  }
  return problems;
}

/** Secrets that arguments name and that are not to be had. */
function argumentProblems(
  { services }: Settings['tree'],
  environment: Environment,
  readText: ReadText,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [name, service] of Object.entries(isTree(services) ? services : {})) {
    const args = valueAt(service, ['args']);
    withSecrets(args, ['services', name, 'args'], environment, readText, problems);
  }
  return problems;
}

function withArguments(
  services: Config['services'],
  environment: Environment,
  readText: ReadText,
): Config['services'] {
  const entries = Object.entries(services).map(([name, service]): [string, ServiceConfig] => {
    if (service.service !== 'module') return [name, service];
    const path = ['services', name, 'args'];
    const args = withSecrets(service.args, path, environment, readText, []) as unknown[];
    return [name, { ...service, args }];
  });
  return Object.fromEntries(entries);
}

function redacted(value: unknown, schema: z.ZodType): unknown {
  const shape = shapeOf(schema);
  if (shape !== undefined && isTree(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, redacted(each, shape[key] as z.ZodType)]),
    );
  }
  return markOf(schema) === 'secret' && value !== undefined ? REDACTED : value;
}
