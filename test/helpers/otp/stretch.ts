/** The same scenario on a slower clock: every time in it is multiplied by the same factor. */

import type { Scenario, ScenarioChild, ScenarioFlags, Step } from './scenario.ts';

/**
 * A process of Erlang obeys a signal before the next one arrives; what runs elsewhere needs a moment,
 * even where the supervisor allows none. Before it is multiplied.
 */
const MOMENT_MS = 50;

export function stretch(scenario: Scenario, factor: number): Scenario {
  if (factor === 1) return scenario;
  const { setup, flags, children, steps } = scenario;
  // Who is slow to obey must not be done within the moment.
  const leastMs = [...setup, ...steps].some(isSlow) ? 0 : MOMENT_MS * factor;
  const child = (each: ScenarioChild): ScenarioChild => stretchChild(each, factor, leastMs);
  const step = (each: Step): Step =>
    each[0] === 'start_child'
      ? [each[0], child(each[1] as ScenarioChild)]
      : stretchStep(each, factor);
  return {
    ...scenario,
    setup: setup.map(step),
    steps: steps.map(step),
    flags: flags === 'raw' ? flags : stretchFlags(flags, factor),
    children: children.map(child),
  };
}

function isSlow([operation, , argument]: Step): boolean {
  return operation === 'behaviour' && Array.isArray(argument) && argument[0] === 'slow';
}

function stretchStep(step: Step, factor: number): Step {
  const [operation, subject, argument] = step;
  if (operation === 'sleep') return [operation, (subject as number) * factor];
  return isSlow(step)
    ? [operation, subject, ['slow', (argument as [string, number])[1] * factor]]
    : step;
}

function stretchFlags(flags: ScenarioFlags, factor: number): ScenarioFlags {
  const { period = 5 } = flags;
  return isTime(period, 1) ? { ...flags, period: period * factor } : flags;
}

/** A time that OTP takes; what it refuses is to be refused here, too. */
function isTime(value: unknown, least: number): value is number {
  return Number.isInteger(value) && (value as number) >= least;
}

function stretchChild(child: ScenarioChild, factor: number, leastMs: number): ScenarioChild {
  const { shutdown, flags, children } = child;
  return {
    ...child,
    ...(isTime(shutdown, 0) ? { shutdown: Math.max(shutdown * factor, leastMs) } : {}),
    ...(flags === undefined ? {} : { flags: stretchFlags(flags, factor) }),
    ...(children === undefined
      ? {}
      : { children: children.map((each) => stretchChild(each, factor, leastMs)) }),
  };
}
