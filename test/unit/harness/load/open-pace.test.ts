import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { lengthOf, mergedPace, type OpenPace } from '../../../../src/harness/load/open-pace.ts';

function pace(overrides: Partial<OpenPace> = {}): OpenPace {
  return {
    lastArrivalMs: 990,
    firstAnswerMs: 12,
    lastAnswerMs: 998,
    isCutShort: false,
    wallMs: 1_001,
    pollingMs: 40,
    ...overrides,
  };
}

describe('lengthOf', () => {
  test('is what the schedule lasted, when arrivals and answers were in time', () => {
    assert.deepEqual(lengthOf(pace(), 1_000), { durationMs: 1_000, pacedMs: 1_000 });
  });

  test('is the time in which answers came, when that was longer', () => {
    const { durationMs, pacedMs } = lengthOf(pace({ lastAnswerMs: 1_512 }), 1_000);
    assert.deepEqual([durationMs, pacedMs], [1_500, 1_000]);
  });

  test('tells how long the generator took, when it came late', () => {
    assert.equal(lengthOf(pace({ lastArrivalMs: 1_200 }), 1_000).pacedMs, 1_200);
  });

  test('ends with the last arrival when it was cut short', () => {
    const short = pace({ lastArrivalMs: 300, lastAnswerMs: 305, isCutShort: true });
    assert.deepEqual(lengthOf(short, 1_000), { durationMs: 300, pacedMs: 300 });
  });

  test('is the schedule when nothing was answered', () => {
    const silent = {
      firstAnswerMs: Number.POSITIVE_INFINITY,
      lastAnswerMs: Number.NEGATIVE_INFINITY,
    };
    assert.equal(lengthOf(pace(silent), 1_000).durationMs, 1_000);
  });
});

describe('mergedPace', () => {
  test('begins with whoever was first and ends with whoever was last', () => {
    const other = { lastArrivalMs: 995, firstAnswerMs: 9, lastAnswerMs: 1_003, wallMs: 1_004 };
    assert.deepEqual(mergedPace([pace(), pace({ ...other, pollingMs: 2, isCutShort: true })]), {
      ...other,
      isCutShort: true,
      pollingMs: 42,
    });
  });

  test('does not mind a worker that had nothing to do', () => {
    const idle = pace({
      lastArrivalMs: 0,
      firstAnswerMs: Number.POSITIVE_INFINITY,
      lastAnswerMs: Number.NEGATIVE_INFINITY,
      wallMs: 1,
      pollingMs: 0,
    });
    assert.deepEqual(mergedPace([idle, pace()]), pace());
  });
});
