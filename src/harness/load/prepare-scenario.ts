/**
 * What of a scenario is fixed before anything starts: its cases, its load and its thresholds, with
 * what the command line says of them. All that makes no sense is refused here, so that a run of many
 * scenarios does not fail at its last for a word that was wrong from the start.
 */

import { ToolrigError } from '../../core/errors.ts';
import { chaosThresholds, hasChaos, requireFitting } from './chaos-requirements.ts';
import type { Load } from './load.ts';
import { type ResolvedLoad, resolveLoad } from './resolve-load.ts';
import type { Scenario, ScenarioCase } from './scenario.ts';
import type { Variant } from './target.ts';
import { parseThreshold, type Threshold, variantsOf } from './threshold.ts';
import { requireShareable } from './worker-requirements.ts';

/** A scenario and the variants to run it on. */
export interface PlannedScenario {
  readonly scenario: Scenario;
  readonly variants: readonly Variant[];
}

export interface PrepareOptions {
  /** Wins over the scenario's own. */
  readonly load: Load;
  /** Only cases of one of these nominal sizes, in bytes. Default: all. */
  readonly payloadBytes?: readonly number[];
  /** Added to the scenario's own. */
  readonly thresholds?: readonly string[];
}

export interface PreparedScenario extends PlannedScenario {
  readonly cases: readonly ScenarioCase[];
  readonly load: ResolvedLoad;
  readonly thresholds: readonly Threshold[];
}

/** Throws `ERR_USAGE` or `ERR_INVALID_OPTION` for what does not fit together. */
export function prepareScenario(
  { scenario, variants }: PlannedScenario,
  options: PrepareOptions,
): PreparedScenario {
  const expressions = [...scenario.thresholds, ...(options.thresholds ?? [])];
  const thresholds = expressions.map(parseThreshold);
  const names = variants.map(({ name }) => name);
  for (const threshold of thresholds) variantsOf(threshold, names); // throws for one that is absent
  requireFitting(scenario, variants, options.load, thresholds);
  // How services bear trouble is watched over one long stretch, unless the scenario compares.
  const rounds = hasChaos(scenario) ? { rounds: 1 } : {};
  const load = resolveLoad({ ...rounds, ...scenario.load }, options.load);
  requireShareable(scenario, variants, load.open?.workers ?? 1);
  // What a rate must keep to says itself how many calls may fail.
  const ofRate = load.open?.slo?.thresholds ?? [];
  thresholds.push(
    ...defaultThresholds([...thresholds, ...ofRate], names),
    ...(hasChaos(scenario) ? chaosThresholds(thresholds) : []),
  );
  return { scenario, variants, cases: casesOf(scenario, options.payloadBytes), load, thresholds };
}

/** A call that fails is never fine by silence: what no threshold on errors covers may have none. */
function defaultThresholds(
  thresholds: readonly Threshold[],
  names: readonly string[],
): Threshold[] {
  const onErrors = thresholds.filter(({ metric }) => metric === 'errors');
  if (onErrors.length === 0) return [parseThreshold('errors <= 0%')];
  const covered = new Set(onErrors.flatMap((threshold) => variantsOf(threshold, names)));
  return names
    .filter((name) => !covered.has(name))
    .map((name) => parseThreshold(`${name}.errors <= 0%`));
}

function casesOf(
  scenario: Scenario,
  sizes: readonly number[] | undefined,
): readonly ScenarioCase[] {
  if (sizes === undefined) return scenario.cases;
  const cases = scenario.cases.filter(({ payloadBytes }) => sizes.includes(payloadBytes ?? -1));
  if (cases.length > 0) return cases;
  const known = new Set(scenario.cases.flatMap(({ payloadBytes }) => payloadBytes ?? []));
  throw new ToolrigError(
    'ERR_USAGE',
    known.size === 0
      ? `scenario '${scenario.name}' has no payload sizes: leave out --payload`
      : `scenario '${scenario.name}' has no payload of ${sizes.join(', ')} bytes. There is: ${[...known].join(', ')}.`,
  );
}
