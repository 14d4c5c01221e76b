import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type MicroRounds,
  summariseMicroBench,
} from '../../../../src/harness/results/micro-record.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

/** Ten rounds on a machine that gets slower all the time; `candidate` takes twice as long in each. */
const SLOWING = Array.from({ length: 10 }, (_, round) => 100 * (1 + round));

function roundsOf(overrides: Partial<MicroRounds> = {}): MicroRounds {
  return {
    bench: 'dispatch',
    baseline: 'floor',
    warmupRounds: 11,
    unsteadyTasks: [],
    tasks: [
      { name: 'candidate', callsPerGroup: 100, nsPerCallByRound: SLOWING.map((ns) => 2 * ns) },
      { name: 'floor', callsPerGroup: 100, nsPerCallByRound: SLOWING },
    ],
    ...overrides,
  };
}

describe('summariseMicroBench', () => {
  test('pairs the rounds, so that what slows them all leaves the ratio alone', () => {
    const record = summariseMicroBench(roundsOf(), seededRandom(1));
    const [candidate, floor] = record.tasks;
    assert.equal(candidate?.ratio.to, 'floor');
    for (const ratio of [candidate.ratio.median, candidate.ratio.low, candidate.ratio.high]) {
      assert.ok(Math.abs(ratio - 2) < 1e-9, `${ratio}`); // above 1: it takes longer
    }
    assert.deepEqual(floor?.ratio, { to: 'floor', median: 1, low: 1, high: 1 });
    assert.equal(candidate.nsPerCall.median, 1_100);
    assert.ok(candidate.nsPerCall.low < 900 && candidate.nsPerCall.high > 1_300);
    assert.equal(record.rounds, 10);
    assert.deepEqual(record.warnings, []);
  });

  test('warns of few rounds, of tasks that were not steady and of groups too short for the clock', () => {
    const record = summariseMicroBench(
      roundsOf({
        unsteadyTasks: ['floor'],
        tasks: [{ name: 'floor', callsPerGroup: 10, nsPerCallByRound: [7, 7, 7] }],
      }),
      seededRandom(1),
    );
    assert.deepEqual(record.warnings, [
      'only 3 rounds: the intervals are rough, 8 are the least',
      'not steady after 11 rounds of warming up: floor',
      'floor: groups took 70 ns, too short for the clock',
    ]);
  });

  test('refuses to summarise what was interrupted before its first round was complete', () => {
    const tasks = [{ name: 'floor', callsPerGroup: 1, nsPerCallByRound: [] }];
    assert.throws(() => summariseMicroBench(roundsOf({ tasks }), seededRandom(1)), {
      code: 'ERR_INVALID_MEASUREMENT',
      message: /no complete round/,
    });
  });
});
