import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rate, stages, thinkTime } from '../../../src/cli/coerce.ts';

function assertRefuses(read: (given: unknown) => unknown, ...given: string[]): void {
  for (const each of given) {
    assert.throws(() => read(each), { code: 'ERR_USAGE' }, each);
  }
}

describe('stages', () => {
  const read = stages('stages');

  test('reads ramps, steps and spikes', () => {
    assert.deepEqual(read('10s@0-1000, 30s@1000,500ms@5000.5-0'), [
      { durationMs: 10_000, fromPerSecond: 0, toPerSecond: 1_000 },
      { durationMs: 30_000, fromPerSecond: 1_000, toPerSecond: 1_000 },
      { durationMs: 500, fromPerSecond: 5_000.5, toPerSecond: 0 },
    ]);
  });

  test('refuses what is no stage, and stages without a call', () => {
    assertRefuses(
      read,
      '',
      '10s',
      '@100',
      '10@100',
      '10s@',
      '10s@-5',
      '10s@1-2-3',
      '0s@5',
      '1s@5,',
    );
    assertRefuses(read, '10s@0', '10s@0-0,5s@0');
  });
});

describe('thinkTime', () => {
  const read = thinkTime('think');

  test('reads a fixed time and one that varies', () => {
    assert.deepEqual(read('5ms'), { meanMs: 5, kind: 'fixed' });
    assert.deepEqual(read('exponential:1.5s'), { meanMs: 1_500, kind: 'exponential' });
  });

  test('refuses anything else', () => {
    assertRefuses(read, '', '5', 'exponential:', 'gauss:5ms', '0ms');
  });
});

describe('rate', () => {
  test('reads a number above 0 or max, and nothing else', () => {
    const read = rate('rate');
    assert.deepEqual(['0.5', '1000', 'max'].map(read), [0.5, 1_000, 'max']);
    assertRefuses(read, '0', '-1', '1e3', '10/s', 'NaN', 'maximum', '');
  });
});
