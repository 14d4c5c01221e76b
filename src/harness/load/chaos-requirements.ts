/** What a scenario with chaos asks of its load, its thresholds and its variants, before anything starts. */

import { ToolrigError } from '../../core/errors.ts';
import type { FaultKind } from './chaos.ts';
import type { Load } from './load.ts';
import { isOpen } from './load.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './target.ts';
import { isChaosMetric, parseThreshold, type Threshold } from './threshold.ts';

/** Whether every call of the scenario is accounted for. */
export function hasChaos({ cases }: Pick<Scenario, 'cases'>): boolean {
  return cases.some(({ chaos }) => chaos !== undefined);
}

/** The kinds of faults that the scenario's cases bring about. */
export function faultKindsOf({ cases }: Pick<Scenario, 'cases'>): FaultKind[] {
  return [...new Set(cases.flatMap(({ chaos }) => chaos?.fault?.kind ?? []))];
}

/**
 * Checks that a scenario can be run as asked.
 *
 * @throws `ERR_USAGE` for a load, a threshold or a variant that does not fit it
 */
export function requireFitting(
  scenario: Scenario,
  variants: readonly Variant[],
  load: Load,
  thresholds: readonly Threshold[],
): void {
  if (!hasChaos(scenario)) {
    const stray = thresholds.find(({ metric }) => isChaosMetric(metric));
    if (stray === undefined) return;
    throw new ToolrigError(
      'ERR_USAGE',
      `threshold '${stray.expression}' cannot be used: only scenarios with chaos have ` +
        `${stray.metric}, and '${scenario.name}' has none`,
    );
  }
  if (load.calls !== undefined || (load.batch ?? 1) !== 1) {
    throw new ToolrigError(
      'ERR_USAGE',
      `scenario '${scenario.name}' runs for a time, call by call: give --duration, and neither ` +
        '--calls nor --batch',
    );
  }
  if (isOpen(scenario.load) || isOpen(load) || load.thinkMs !== undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      `scenario '${scenario.name}' has chaos, which is made for callers that call as fast as they ` +
        'can: give it neither a rate nor stages nor a time to think',
    );
  }
  for (const kind of faultKindsOf(scenario)) {
    for (const variant of variants) requireSurvivor(scenario, variant, kind);
  }
}

/** Thresholds that hold in every scenario with chaos, unless it sets its own on the same. */
export function chaosThresholds(given: readonly Threshold[]): Threshold[] {
  return ['lost <= 0', 'answeredTwice <= 0', 'unrecovered <= 0']
    .map(parseThreshold)
    .filter(
      ({ metric }) => !given.some((own) => own.metric === metric && own.variant === undefined),
    );
}

function requireSurvivor(scenario: Scenario, variant: Variant, kind: FaultKind): void {
  if (variant.supervision?.survives.includes(kind) === true) return;
  throw new ToolrigError(
    'ERR_USAGE',
    variant.supervision === undefined
      ? `scenario '${scenario.name}' breaks services, and on variant '${variant.name}' nobody restarts them`
      : `scenario '${scenario.name}' brings about '${kind}', which on variant '${variant.name}' would end the whole run`,
  );
}
