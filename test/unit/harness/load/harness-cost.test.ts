import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureHarnessCost } from '../../../../src/harness/load/harness-cost.ts';

test('the cost of the harness is a time, never negative', async () => {
  const { clockReadNs, harnessNsPerCall } = await measureHarnessCost();
  assert.ok(clockReadNs > 0 && Number.isFinite(clockReadNs), `${clockReadNs} ns`);
  assert.ok(harnessNsPerCall >= 0 && Number.isFinite(harnessNsPerCall), `${harnessNsPerCall} ns`);
});
