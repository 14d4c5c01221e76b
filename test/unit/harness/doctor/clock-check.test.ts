import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ClockFigures,
  judgeClock,
  probeClock,
} from '../../../../src/harness/doctor/clock-check.ts';

/** A clock that shows `readingsMs` one after the other. */
function clockOf(readingsMs: readonly number[]): () => number {
  let read = 0;
  return () => readingsMs[Math.min(read++, readingsMs.length - 1)] as number;
}

const GOOD: ClockFigures = {
  resolutionNs: 40,
  readNs: 35,
  backwards: 0,
  longestGapNs: 20_000,
  reads: 1_000_000,
};

describe('probeClock', () => {
  test('finds the smallest step, the longest gap and the mean time of a read', () => {
    const figures = probeClock(clockOf([0, 0.001, 0.001, 0.005, 0.0055]), 4);
    assert.equal(Math.round(figures.resolutionNs), 500);
    assert.equal(Math.round(figures.longestGapNs), 4_000);
    assert.equal(Math.round(figures.readNs), 1_375);
    assert.deepEqual([figures.backwards, figures.reads], [0, 4]);
  });

  test('counts the reads that were earlier than the one before', () => {
    assert.equal(probeClock(clockOf([5, 4, 6, 5.5, 7]), 4).backwards, 2);
  });

  test('says that nothing moved when the clock stands still', () => {
    assert.equal(probeClock(clockOf([1]), 10).resolutionNs, Number.POSITIVE_INFINITY);
  });
});

describe('judgeClock', () => {
  test('is content with a fine clock that never runs backwards', () => {
    const { verdict, advice, observed } = judgeClock(GOOD);
    assert.deepEqual([verdict, advice], ['ok', null]);
    assert.match(observed, /steps of 40 ns, 35 ns a read/);
  });

  test('warns of a clock that is slow to read, with the shortest latency it can time', () => {
    const { verdict, advice } = judgeClock({ ...GOOD, readNs: 1_500 });
    assert.equal(verdict, 'warning');
    assert.match(advice ?? '', /below 30 µs/);
  });

  test('warns of steps beyond a microsecond', () => {
    assert.equal(judgeClock({ ...GOOD, resolutionNs: 5_000 }).verdict, 'warning');
  });

  test('takes no measurement from one that stands still, is coarse or runs backwards', () => {
    assert.equal(judgeClock({ ...GOOD, resolutionNs: 2e6 }).verdict, 'problem');
    assert.equal(judgeClock({ ...GOOD, backwards: 1 }).verdict, 'problem');
    const still = judgeClock({ ...GOOD, resolutionNs: Number.POSITIVE_INFINITY });
    assert.equal(still.verdict, 'problem');
    assert.equal(still.figures['resolutionNs'], null, 'as JSON has no infinity');
  });
});
