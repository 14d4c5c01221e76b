/** The same scenario on a slower clock: every time in it is multiplied by the same factor. */

import type { Scenario, ScenarioChild, ScenarioFlags, Step } from './scenario.ts';

export function stretch(scenario: Scenario, factor: number): Scenario {
  if (factor === 1) return scenario;
  const { setup, flags, children, steps } = scenario;
  return {
    ...scenario,
    setup: setup.map((step) => stretchStep(step, factor)),
    steps: steps.map((step) => stretchStep(step, factor)),
    flags: flags === 'raw' ? flags : stretchFlags(flags, factor),
    children: children.map((child) => stretchChild(child, factor)),
  };
}

function stretchStep(step: Step, factor: number): Step {
  const [operation, subject, argument] = step;
  if (operation === 'sleep') return [operation, (subject as number) * factor];
  if (operation === 'start_child')
    return [operation, stretchChild(subject as ScenarioChild, factor)];
  const isSlow = operation === 'behaviour' && Array.isArray(argument) && argument[0] === 'slow';
  return isSlow ? [operation, subject, ['slow', (argument[1] as number) * factor]] : step;
}

function stretchFlags(flags: ScenarioFlags, factor: number): ScenarioFlags {
  // A period that cannot be is left as it is; without one it is OTP's.
  const { period = 5 } = flags;
  return period > 0 ? { ...flags, period: period * factor } : flags;
}

function stretchChild(child: ScenarioChild, factor: number): ScenarioChild {
  const { shutdown, flags, children } = child;
  return {
    ...child,
    ...(typeof shutdown === 'number' && shutdown > 0 ? { shutdown: shutdown * factor } : {}),
    ...(flags === undefined ? {} : { flags: stretchFlags(flags, factor) }),
    ...(children === undefined
      ? {}
      : { children: children.map((each) => stretchChild(each, factor)) }),
  };
}
