import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { CoreContention } from '../../../../../src/runtime/scheduler/core-contention.ts';
import { Spin } from '../../../../../src/runtime/scheduler/lane/spin.ts';

const START_MS = 1_000;
/** What a look at the clock takes here: three of them are as long as a side looks. */
const CLOCK_READ_MS = 0.001;

/** A side on a clock that moves when it is read. A frame is there from look `readyAt` on. */
function createSpin(t: TestContext, clockReadMs = CLOCK_READ_MS) {
  const seen = { nowMs: START_MS, looks: 0, clockReads: 0, readyAt: Number.POSITIVE_INFINITY };
  t.mock.method(performance, 'now', () => {
    seen.clockReads++;
    seen.nowMs += clockReadMs;
    return seen.nowMs;
  });
  const reader = {
    get isReady() {
      return ++seen.looks >= seen.readyAt;
    },
  };
  const contention = new CoreContention();
  const spin = new Spin(reader, contention);
  /** Looks on credit, in vain or not, while there is some, and at most so many times; how many. */
  const spend = (limit: number, isThere: boolean) => {
    seen.readyAt = isThere ? 0 : Number.POSITIVE_INFINITY;
    let times = 0;
    while (times < limit && spin.hasCredit) {
      assert.equal(spin.lookOnCredit(seen.nowMs), isThere);
      times++;
    }
    return times;
  };
  return { seen, contention, spin, spend };
}

describe('A side that looks for frames in a loop', () => {
  test('takes one that is there at the first look, without a look at the clock', (t) => {
    const { seen, spin } = createSpin(t);
    seen.readyAt = 1;
    assert.equal(spin.look(START_MS), true);
    assert.deepEqual([seen.looks, seen.clockReads], [1, 0]);
  });

  test('takes one that comes while it looks', (t) => {
    const { seen, spin } = createSpin(t);
    seen.readyAt = 20;
    assert.equal(spin.look(START_MS), true);
    assert.deepEqual([seen.looks, seen.clockReads], [20, 2]);
  });

  test('gives up after 3 µs, with eight looks to each at the clock', (t) => {
    const { seen, spin, contention } = createSpin(t);
    // A little less than 3 µs has passed at the third look at the clock, and more at the fourth.
    assert.equal(spin.look(START_MS + CLOCK_READ_MS / 2), false);
    assert.deepEqual([seen.looks, seen.clockReads], [32, 4]);
    assert.equal(contention.isLikely(seen.nowMs), false);
  });

  test('takes a look that lasted long for the turn of another process', (t) => {
    const { seen, spin, contention } = createSpin(t, 5);
    assert.equal(spin.look(START_MS), false);
    assert.equal(contention.isLikely(seen.nowMs), true);
  });
});

describe('The credit of such a side', () => {
  test('is used up by four looks in vain', (t) => {
    const { spin, spend } = createSpin(t);
    assert.deepEqual([spend(100, false), spin.hasCredit], [4, false]);
  });

  for (const [found, credit] of [
    [2, 6],
    [100, 8],
  ] as const) {
    test(`is ${credit} after ${found} looks that found something`, (t) => {
      const { spend } = createSpin(t);
      spend(found, true);
      assert.equal(spend(100, false), credit);
    });
  }

  test('is one look in 64 turns of the event loop for a side that has none', (t) => {
    const { spin, spend } = createSpin(t);
    spend(100, false);
    const looks = Array.from({ length: 3 * 64 }, () => {
      spin.onTurn();
      return spend(100, false);
    });
    const turnsWithLook = looks.flatMap((count, turn) => (count === 0 ? [] : [[turn + 1, count]]));
    assert.deepEqual(turnsWithLook, [
      [64, 1],
      [128, 1],
      [192, 1],
    ]);
  });

  test('is not given to a side that has some', (t) => {
    const { spin, spend } = createSpin(t);
    for (let turn = 0; turn < 64; turn++) spin.onTurn();
    assert.equal(spend(100, false), 4);
  });

  test('is not spent by looks that ask for none', (t) => {
    const { seen, spin, spend } = createSpin(t);
    for (let look = 0; look < 10; look++) spin.look(seen.nowMs);
    assert.equal(spend(100, false), 4);
  });
});
