/**
 * How far a plan may be relied on, with the reasons. A grade sums up what the models and the harness said of
 * themselves; it adds no knowledge of its own.
 */

import type { ConfidenceGrade } from '../results/capacity-record.ts';
import type { Interval } from '../stats/bootstrap.ts';
import { canSetAside } from './limit-fit.ts';

export interface Evidence {
  readonly maxRatePerSecond: Interval;
  readonly bound: 'enclosed' | 'at-least';
  /** `null`: the sweep did not reach it. */
  readonly kneePerSecond: number | null;
  /** Short stretches that the highest rate rests on, and those of them that other programs held up. */
  readonly windows: number;
  readonly heldUpWindows: number;
  readonly littlesLawFailures: number;
  /** Points at which the generator itself came late. */
  readonly generatorLimitedPoints: number;
  readonly isImported: boolean;
  readonly isOpenLoop: boolean;
  /** Generator and target shared the cores. */
  readonly sharesCores: boolean;
  readonly validity: 'valid' | 'suspect' | 'invalid';
  readonly instancesAtHorizon: number;
}

export interface Confidence {
  readonly grade: ConfidenceGrade;
  /** The weightiest first. */
  readonly reasons: readonly string[];
}

/** High over low end from which an interval is wide. */
const WIDE = 1.25;
/** Share of windows held up from which the machine was not at rest. */
const OFTEN_HELD_UP = 0.2;
/** Share of the knee below which calls hardly wait for each other. */
const QUEUEING_SHARE = 0.3;
/** Instances beyond which what they share – a network, a database – was never measured. */
const MANY_INSTANCES = 20;

/** Each reason weighs 1 (care) or 2 (doubt): none is `high`, one of care `medium`, the rest `low`. */
export function confidenceOf(evidence: Evidence): Confidence {
  const { kneePerSecond } = evidence;
  const { low, high } = evidence.maxRatePerSecond;
  const { windows, heldUpWindows } = evidence;
  const areSetAside = canSetAside(windows, heldUpWindows);
  const heldUpText = `other programs held up ${heldUpWindows} of ${windows} windows`;
  const grounds: readonly (readonly [boolean, 1 | 2, string])[] = [
    [evidence.validity === 'invalid', 2, 'the run is invalid'],
    [evidence.validity === 'suspect', 1, 'the run is suspect'],
    [
      evidence.bound === 'at-least',
      2,
      'no rate of the sweep was too much, so the most one replica carries is a lower bound',
    ],
    [
      evidence.bound === 'enclosed' && high > low * WIDE,
      1,
      `the most one replica carries is known no better than ${Math.round(low)} to ${Math.round(high)} calls/s`,
    ],
    [!areSetAside, 2, `${heldUpText}, too many to be set aside: measure on a machine at rest`],
    [
      areSetAside && heldUpWindows > windows * OFTEN_HELD_UP,
      1,
      `${heldUpText}, which were set aside`,
    ],
    [kneePerSecond === null, 1, 'the sweep did not reach the knee'],
    [
      kneePerSecond !== null && high < kneePerSecond * QUEUEING_SHARE,
      2,
      `it misses the objectives at ${Math.round((100 * high) / (kneePerSecond ?? 1))} % of its knee, by calls that take long or pauses ` +
        '(a collector) and not by queueing: more instances hardly help',
    ],
    [
      evidence.littlesLawFailures > 0,
      2,
      `Little's law does not hold at ${evidence.littlesLawFailures} of the rates: something is counted wrong`,
    ],
    [
      evidence.generatorLimitedPoints > 0,
      1,
      `the generator came late at ${evidence.generatorLimitedPoints} of the rates, so the target may do better`,
    ],
    [evidence.isImported, 1, 'others measured it, on a machine that is not described'],
    [
      !evidence.isOpenLoop,
      2,
      'a closed loop measured it, whose percentiles leave out what nobody asked while the target stalled',
    ],
    [
      evidence.sharesCores,
      1,
      'generator and target shared the cores of one machine, so the target may do better on its own',
    ],
    [
      evidence.instancesAtHorizon > MANY_INSTANCES,
      1,
      `${evidence.instancesAtHorizon} instances share things that one instance cannot show`,
    ],
  ];
  const held = grounds.filter(([isHeld]) => isHeld).toSorted(([, a], [, b]) => b - a);
  const weight = held.reduce((sum, [, each]) => sum + each, 0);
  return {
    grade:
      weight === 0
        ? 'high'
        : weight <= 2 && held.every(([, each]) => each === 1)
          ? 'medium'
          : 'low',
    reasons: held.map(([, , reason]) => reason),
  };
}
