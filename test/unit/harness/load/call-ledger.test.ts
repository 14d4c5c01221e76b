import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CallLedger, PAGE_CALLS } from '../../../../src/harness/load/call-ledger.ts';

function figuresOf(ledger: CallLedger) {
  const { offered, open, lost, answeredTwice } = ledger;
  return { offered, open, lost, answeredTwice };
}

describe('CallLedger', () => {
  test('finds nothing wrong with calls that each settle once', () => {
    const ledger = new CallLedger();
    const numbers = [ledger.offer(), ledger.offer(), ledger.offer()];
    assert.deepEqual(numbers, [0, 1, 2]);
    assert.deepEqual(
      numbers.toReversed().map((number) => ledger.settle(number)),
      [true, true, true],
    );
    assert.deepEqual(figuresOf(ledger), { offered: 3, open: 0, lost: 0, answeredTwice: 0 });
  });

  test('counts a promise that settles a second time', () => {
    const ledger = new CallLedger();
    ledger.settle(ledger.offer());
    assert.equal(ledger.settle(0), false);
    assert.equal(ledger.answeredTwice, 1);
  });

  test('counts a reply that reached another call beside its own, whichever came first', () => {
    const strayFirst = new CallLedger();
    const ownFirst = new CallLedger();
    for (const ledger of [strayFirst, ownFirst]) {
      ledger.offer();
      ledger.offer();
    }
    strayFirst.stray(1);
    strayFirst.settle(1);
    ownFirst.settle(1);
    ownFirst.stray(1);
    assert.equal(strayFirst.answeredTwice, 1);
    assert.equal(ownFirst.answeredTwice, 1);
    assert.equal(ownFirst.open, 1);
  });

  test('takes no notice of a stray number that no call ever had', () => {
    const ledger = new CallLedger();
    ledger.offer();
    for (const number of [1, -1, 0.5, Number.NaN, '0', undefined, null, {}]) ledger.stray(number);
    ledger.settle(0);
    assert.equal(ledger.answeredTwice, 0);
  });

  test('calls lost what is given up, and only lost when it comes after all', () => {
    const ledger = new CallLedger();
    ledger.giveUp(ledger.offer());
    assert.deepEqual(figuresOf(ledger), { offered: 1, open: 0, lost: 1, answeredTwice: 0 });
    assert.equal(ledger.settle(0), false);
    assert.equal(ledger.answeredTwice, 0);
    assert.equal(ledger.settle(0), false);
    assert.equal(ledger.answeredTwice, 1);
  });

  test('needs no more memory for many calls than for few, while none stays open', () => {
    const ledger = new CallLedger();
    for (let i = 0; i < 5 * PAGE_CALLS; i++) ledger.settle(ledger.offer());
    assert.equal(ledger.pageCount, 1);
    assert.equal(ledger.settle(3), false);
    ledger.stray(3);
    assert.equal(ledger.answeredTwice, 2, 'remembers that calls of pages let go had settled');
  });

  test('keeps what lies between an open call and the newest', () => {
    const ledger = new CallLedger();
    const slow = ledger.offer();
    for (let i = 0; i < 2 * PAGE_CALLS; i++) ledger.settle(ledger.offer());
    assert.equal(ledger.pageCount, 3);
    assert.equal(ledger.settle(slow), true);
    assert.equal(ledger.settle(PAGE_CALLS), false);
    assert.deepEqual(figuresOf(ledger), {
      offered: 2 * PAGE_CALLS + 1,
      open: 0,
      lost: 0,
      answeredTwice: 1,
    });
  });

  test('agrees with a list of all calls on every history', () => {
    const step = fc.record({
      kind: fc.constantFrom('offer', 'settle', 'stray', 'giveUp'),
      number: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ledger = new CallLedger();
        // Skips to just before the end of a page, so that histories cross it.
        for (let i = 0; i < PAGE_CALLS - 10; i++) ledger.settle(ledger.offer());
        const first = PAGE_CALLS - 10;
        const calls: { settled: boolean; strayed: boolean; givenUp: boolean }[] = [];
        let twice = 0;
        let lost = 0;
        for (const { kind, number } of steps) {
          const call = calls[number];
          if (kind === 'offer') {
            assert.equal(ledger.offer(), first + calls.length);
            calls.push({ settled: false, strayed: false, givenUp: false });
          } else if (call === undefined) {
            if (kind === 'stray') ledger.stray(first + number);
          } else if (kind === 'settle') {
            assert.equal(ledger.settle(first + number), !call.settled);
            if (call.settled ? !call.givenUp : call.strayed) twice++;
            if (call.settled) call.givenUp = false;
            call.settled = true;
          } else if (kind === 'stray') {
            ledger.stray(first + number);
            if ((call.settled || call.strayed) && !call.givenUp) twice++;
            if (!call.settled) call.strayed = true;
          } else if (!call.settled) {
            ledger.giveUp(first + number);
            call.settled = true;
            call.givenUp = true;
            lost++;
          }
        }
        const open = calls.filter(({ settled }) => !settled).length;
        assert.deepEqual(figuresOf(ledger), {
          offered: first + calls.length,
          open,
          lost,
          answeredTwice: twice,
        });
      }),
      { numRuns: 50 },
    );
  });
});
