/** The suite `threads`: plays the measurements that are asked for, one after another. */

import { MEASUREMENTS } from './measurements.mjs';
import { NoiseProbe } from './noise.mjs';
import { compare } from './rounds.mjs';
import { judge } from './targets.mjs';

/** Numbers that `--only` takes. */
export const MEASUREMENT_IDS = [...new Set(MEASUREMENTS.map(({ id }) => id))];

/**
 * @typedef {object} ThreadsResult
 * @property {number} id
 * @property {string} title
 * @property {string | undefined} note
 * @property {number} rounds
 * @property {readonly import('./rounds.mjs').Metric[]} metrics
 * @property {readonly import('./rounds.mjs').Row[]} rows - none when it was not measured
 * @property {readonly import('./targets.mjs').Judged[]} targets
 * @property {number} othersBusyRatio - share of all cores that others took between the rounds
 */

/**
 * @param {readonly number[]} only - numbers of measurements
 * @param {number | undefined} rounds - default: each measurement's own
 * @param {() => number} random
 * @returns {Promise<ThreadsResult[]>}
 */
export async function measureThreads(only, rounds, random) {
  const results = [];
  for (const measurement of MEASUREMENTS.filter(({ id }) => only.includes(id))) {
    const { id, title, note, metrics } = measurement;
    const count = rounds ?? measurement.rounds;
    const noise = new NoiseProbe();
    const measured = await measurement.measure(count, async (round) => {
      await noise.look();
      process.stderr.write(`${id}: ${round < 0 ? 'warm-up' : `round ${round + 1}/${count}`}\n`);
    });
    results.push({
      id,
      title,
      note,
      rounds: count,
      metrics,
      rows: measured === undefined ? [] : compare(measured, metrics, random),
      targets:
        measured === undefined
          ? []
          : measurement.targets.map((target) => judge(target, measured, metrics, random)),
      othersBusyRatio: noise.busyRatio,
    });
  }
  return results;
}
