import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { progressLine } from '../../../src/cli/progress-line.ts';

describe('The live line', () => {
  const step = {
    scenario: 'calc',
    variant: 'native',
    phase: 'measure',
    round: 3,
    rounds: 10,
    callsPerSecond: 6_490_000,
    failed: 0,
    doneRatio: 0.3,
  } as const;

  test('has the rate, p50 and p99, and what went wrong', () => {
    const latencyNs = { p50: 139, p99: 3_100 };
    assert.deepEqual(progressLine({ ...step, latencyNs, failed: 2, dropped: 1 }), {
      subject: 'calc',
      detail: 'native: round 3/10, 6.49M calls/s, p50 139 ns, p99 3.10 µs, 2 failed, 1 dropped',
      doneRatio: 0.3,
    });
  });

  test('leaves out what is not known yet', () => {
    const warm = { ...step, phase: 'warm-up', round: 0, callsPerSecond: Number.NaN } as const;
    assert.equal(progressLine(warm).detail, 'native: warming up');
  });
});
