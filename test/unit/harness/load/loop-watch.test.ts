import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { longestHoldUp, mergedHoldUps } from '../../../../src/harness/load/loop-watch.ts';

describe('hold-ups', () => {
  test('of several loops are those of the one that was held up longest, second by second', () => {
    const merged = mergedHoldUps([
      { gcPauseMaxNs: [1, 9], eventLoopDelayMaxNs: [5] },
      { gcPauseMaxNs: [3, 2, 4], eventLoopDelayMaxNs: [] },
    ]);
    assert.deepEqual(merged, { gcPauseMaxNs: [3, 9, 4], eventLoopDelayMaxNs: [5] });
  });

  test('of a stretch are the longest in it, and none where nothing was seen', () => {
    const holdUps = { gcPauseMaxNs: [1, 9, 4], eventLoopDelayMaxNs: [5] };
    assert.deepEqual(longestHoldUp(holdUps, 2, 4), { gcPauseMaxNs: 4, eventLoopDelayMaxNs: 0 });
    assert.deepEqual(longestHoldUp(holdUps, 0, 2), { gcPauseMaxNs: 9, eventLoopDelayMaxNs: 5 });
  });
});
