import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from '../../../../src/harness/load/chaos.ts';
import { nextFault } from '../../../../src/harness/load/fault-plan.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

const FAULT: Fault = { kind: 'kill', services: ['a', 'b', 'c'], everyMs: 1_000 };

function planned(seed: number, count: number) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => nextFault(FAULT, random));
}

describe('nextFault', () => {
  test('draws gaps from half the mean to one and a half', () => {
    const gapsMs = planned(1, 2_000).map(({ gapMs }) => gapMs);
    const meanMs = gapsMs.reduce((sum, gapMs) => sum + gapMs, 0) / gapsMs.length;
    assert.ok(gapsMs.every((gapMs) => gapMs >= 500 && gapMs < 1_500));
    assert.ok(Math.abs(meanMs - 1_000) < 25, `mean ${meanMs}`);
  });

  test('strikes every service', () => {
    assert.deepEqual(
      new Set(planned(1, 50).map(({ service }) => service)),
      new Set(['a', 'b', 'c']),
    );
  });

  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planned(7, 20), planned(7, 20));
    assert.notDeepEqual(planned(7, 20), planned(8, 20));
  });
});
