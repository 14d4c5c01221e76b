/** The suite `inline`, measured as `micro` measures: short blocks, ratios paired by round. */

import { runMicroBench } from '../../dist/src/harness/load/micro.js';
import { defineMicroBench } from '../../dist/src/harness/load/micro-bench.js';
import { medianInterval, pairedRatio } from '../../dist/src/harness/stats/bootstrap.js';
import { loopOf, startContenders } from './inline.mjs';

const SUBJECT = 'toolrig';
const IN_FLIGHT = [1, 64];
const DEFAULT_ROUNDS = 24;
/** Calls that each of several loops makes before they are waited for, so that all are busy most of the time. */
const CALLS_PER_LOOP = 16;

/**
 * @param {number | undefined} rounds - default: 24
 * @param {() => number} random
 * @returns {Promise<import('./text.mjs').PeerComparison[]>}
 */
export async function compareInline(rounds, random) {
  const comparisons = [];
  for (const inFlight of IN_FLIGHT) {
    comparisons.push(await compareAt(inFlight, rounds ?? DEFAULT_ROUNDS, random));
  }
  return comparisons;
}

/**
 * @param {number} inFlight
 * @param {number} rounds
 * @param {() => number} random
 * @returns {Promise<import('./text.mjs').PeerComparison>}
 */
async function compareAt(inFlight, rounds, random) {
  const contenders = await startContenders();
  // What the runner times is a burst: with fewer calls than loops, fewer would be in flight.
  const burst = inFlight === 1 ? 1 : inFlight * CALLS_PER_LOOP;
  const bench = defineMicroBench({
    name: `inline-${inFlight}`,
    description: `One small call, ${inFlight} in flight`,
    baseline: SUBJECT,
    tasks: contenders.map(({ name, addOne }) => ({
      name,
      mode: 'async',
      prepare: () => {
        const loop = loopOf(addOne, inFlight);
        return async (bursts) => (await loop(bursts * burst)) / burst;
      },
    })),
    teardown: async () => {
      for (const contender of contenders) await contender.stop?.();
    },
  });
  const measured = await runMicroBench(bench, {
    rounds,
    onProgress: ({ phase, round }) =>
      process.stderr.write(`${bench.name}: ${phase} round ${round + 1}\n`),
  });
  const subject = measured.tasks.find((task) => task.name === SUBJECT);
  return {
    suite: 'inline',
    inFlight,
    rounds,
    subject: SUBJECT,
    unsteady: measured.unsteadyTasks,
    contenders: measured.tasks.map((task) => ({
      name: task.name,
      nsPerCall: medianInterval(
        task.nsPerCallByRound.map((ns) => ns / burst),
        random,
      ),
      timesAsFast: pairedRatio(task.nsPerCallByRound, subject.nsPerCallByRound, random),
    })),
  };
}
