import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureHarnessCost } from '../../../../src/harness/load/harness-cost.ts';

test('the cost of the harness is a time, of the size that a clock read and a record have', async () => {
  const { clockReadNs, harnessNsPerCall } = await measureHarnessCost();
  assert.ok(clockReadNs > 1 && clockReadNs < 10_000, `${clockReadNs} ns`);
  // It reads the clock at least once; the rest is bookkeeping.
  assert.ok(harnessNsPerCall > 1 && harnessNsPerCall < 50_000, `${harnessNsPerCall} ns`);
});
