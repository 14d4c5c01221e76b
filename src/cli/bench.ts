/** What `toolrig bench` does: plans scenarios on variants, and has them measured. */

import { ToolrigError } from '../core/errors.ts';
import type { PlannedScenario } from '../harness/load/prepare-scenario.ts';
import type { Suite } from '../harness/load/scenario.ts';
import { loadScenario, loadSuite } from '../harness/load/scenario-catalog.ts';
import { loadVariant, VARIANTS } from '../harness/variants/variants.ts';
import { commandLine } from './command-line.ts';
import { type LoadFlags, loadOf } from './load-of.ts';
import { type MeasuredRunFlags, runAndStore } from './measured-run.ts';

/** The arguments and flags, checked one by one. */
export interface BenchFlags extends LoadFlags, MeasuredRunFlags {
  readonly scenario: string[];
  readonly suite?: Suite;
  readonly variants?: string[];
  readonly payload?: number[];
}

/**
 * Runs what the flags ask for, and sets the exit code.
 *
 * @throws what the run failed with, after its results have been printed and stored
 */
export async function bench(flags: BenchFlags): Promise<void> {
  await runAndStore(() => plan(flags), flags, {
    command: commandLine(),
    load: loadOf(flags),
    ...(flags.payload === undefined ? {} : { payloadBytes: flags.payload }),
  });
}

async function plan(flags: BenchFlags): Promise<PlannedScenario[]> {
  if (flags.suite !== undefined && flags.scenario.length > 0) {
    throw new ToolrigError(
      'ERR_USAGE',
      `--suite ${flags.suite} and ${flags.scenario.join(', ')} exclude each other: give one`,
    );
  }
  const scenarios =
    flags.scenario.length > 0
      ? await Promise.all(flags.scenario.map(loadScenario))
      : await loadSuite(flags.suite ?? 'cost');
  requireDifferentNames(scenarios.map(({ name }) => name));
  const defaults = VARIANTS.map(({ name }) => name).filter((name) => name !== 'http-saturation');
  return Promise.all(
    scenarios.map(async (scenario) => ({
      scenario,
      variants: await Promise.all(
        (flags.variants ?? scenario.variants ?? defaults).map(loadVariant),
      ),
    })),
  );
}

/** Results are filed by the scenario's name. */
function requireDifferentNames(scenarioNames: readonly string[]): void {
  const twice = scenarioNames.find((name, index) => scenarioNames.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ToolrigError('ERR_USAGE', `two scenarios are named '${twice}': name each once`);
}
