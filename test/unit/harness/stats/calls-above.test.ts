import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCallsAbove } from '../../../../src/harness/stats/calls-above.ts';

test('a percentile needs ten times the calls for each further nine', () => {
  const fewest = (percentile: number) => {
    let calls = 1;
    while (!hasCallsAbove(percentile, calls)) calls++;
    return calls;
  };
  assert.deepEqual([50, 90, 99, 99.9, 99.99].map(fewest), [2, 10, 100, 1_000, 10_000]);
});
