/**
 * Plays the blocks of a measurement in rounds and makes medians, intervals and ratios of them.
 *
 *   warm-up   a b c | c b a | …    not counted
 *   measure   a b c | c b a | …    one value a block; a ratio compares two blocks of one round
 */

import { roundOrder } from '../../../dist/src/harness/load/round-order.js';
import { medianInterval, pairedRatio } from '../../../dist/src/harness/stats/bootstrap.js';

const WARMUP_ROUNDS = 8;

/** @typedef {import('../text.mjs').Interval} Interval */
/**
 * @typedef {object} Metric
 * @property {string} key
 * @property {string} label - with the unit
 * @property {'more' | 'less'} better
 * @property {number} digits - after the point, when it is printed
 * @property {boolean} [isContext] - shown, not compared
 * @property {number} resolution - values below it are taken as it: a ratio of nothing says nothing
 */
/** @typedef {{ readonly name: string, readonly family: string, readonly run: () => Promise<Record<string, number>> }} Block */
/** @typedef {{ readonly name: string, readonly family: string, readonly rounds: readonly Record<string, number>[] }} Measured */
/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} family
 * @property {Record<string, Interval>} values - by key of the metric
 * @property {Record<string, Interval>} ratios - the subject's value over this one's, paired by round
 */

/**
 * @param {readonly Block[]} blocks
 * @param {number} rounds
 * @param {(round: number) => Promise<void>} onRound - told before each round; below 0 it is a warm-up
 * @returns {Promise<Measured[]>}
 */
export async function playRounds(blocks, rounds, onRound) {
  const measured = blocks.map(({ name, family }) => ({ name, family, rounds: [] }));
  for (let round = -WARMUP_ROUNDS; round < rounds; round++) {
    await onRound(round);
    for (const index of roundOrder([...blocks.keys()], Math.abs(round))) {
      const values = await blocks[index].run();
      if (round >= 0) measured[index].rounds.push(values);
    }
  }
  return measured;
}

/**
 * @param {readonly Measured[]} measured - the subject first
 * @param {readonly Metric[]} metrics
 * @param {() => number} random
 * @returns {Row[]}
 */
export function compare(measured, metrics, random) {
  const [subject] = measured;
  return measured.map((one) => {
    /** @type {Record<string, Interval>} */
    const values = {};
    /** @type {Record<string, Interval>} */
    const ratios = {};
    for (const metric of metrics) {
      const own = valuesOf(one, metric);
      values[metric.key] = medianInterval(own, random);
      ratios[metric.key] = pairedRatio(valuesOf(subject, metric), own, random);
    }
    return { name: one.name, family: one.family, values, ratios };
  });
}

/**
 * The values of one metric, by round.
 *
 * @param {Measured} measured
 * @param {Metric} metric
 */
export function valuesOf({ rounds }, { key, resolution }) {
  return rounds.map((values) => Math.max(values[key], resolution));
}
