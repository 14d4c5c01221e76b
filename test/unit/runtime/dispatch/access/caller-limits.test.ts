import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  CallerLimits,
  type Usage,
} from '../../../../../src/runtime/dispatch/access/caller-limits.ts';
import type { Caller } from '../../../../../src/runtime/dispatch/access/identity.ts';
import type { PolicyLimit } from '../../../../../src/runtime/dispatch/access/policy-data.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const ADA: Caller = { id: 'ada', roles: [] };

function make(limits: PolicyLimit[]) {
  const clock = new ManualClock();
  return { clock, limits: new CallerLimits(limits, clock) };
}

function requireUsage(limits: CallerLimits, caller: Caller): Usage {
  const usage = limits.usageOf(caller);
  assert.ok(usage !== undefined);
  return usage;
}

describe('CallerLimits', () => {
  test('lets a burst through, then the rate, and says how long to wait', () => {
    const { limits, clock } = make([{ callers: ['*'], ratePerSecond: 10, burst: 3 }]);
    const usage = requireUsage(limits, ADA);
    for (let i = 0; i < 3; i++) assert.equal(limits.acquire(usage), undefined);
    assert.deepEqual(limits.acquire(usage), {
      limit: 'rate',
      retryAfterMs: 100,
      allowed: '10 calls/s, 3 at once',
    });
    clock.advance(99);
    assert.equal(limits.acquire(usage)?.retryAfterMs, 1);
    clock.advance(1);
    assert.equal(limits.acquire(usage), undefined);
    assert.notEqual(limits.acquire(usage), undefined);
  });

  test('has a burst of one second by default, and of one call at least', () => {
    const { limits } = make([
      { callers: ['fast'], ratePerSecond: 5 },
      { callers: ['slow'], ratePerSecond: 0.1 },
    ]);
    assert.equal(requireUsage(limits, { id: 'fast', roles: [] }).limit.burst, 5);
    assert.equal(requireUsage(limits, { id: 'slow', roles: [] }).limit.burst, 1);
  });

  test('counts what is in flight, and takes no token from a call that has no slot', () => {
    const { limits } = make([{ callers: ['*'], ratePerSecond: 1, burst: 3, concurrency: 1 }]);
    const usage = requireUsage(limits, ADA);
    assert.equal(limits.acquire(usage), undefined);
    assert.equal(limits.acquire(usage)?.limit, 'concurrency');
    limits.release(usage);
    assert.equal(limits.acquire(usage), undefined);
    limits.release(usage);
    assert.equal(limits.acquire(usage), undefined, 'the third of three tokens');
  });

  test('shares usage between identities with one id, and holds the limit of its roles now', () => {
    const { limits } = make([
      { roles: ['gold'], concurrency: 2 },
      { callers: ['*'], concurrency: 1 },
    ]);
    limits.acquire(requireUsage(limits, { id: 'ada', roles: [] }));
    assert.notEqual(limits.acquire(requireUsage(limits, { id: 'ada', roles: [] })), undefined);
    assert.equal(limits.acquire(requireUsage(limits, { id: 'ada', roles: ['gold'] })), undefined);
    assert.equal(limits.acquire(requireUsage(limits, { id: 'bob', roles: [] })), undefined);
  });

  test('leaves alone whom no limit is about', () => {
    const { limits } = make([{ roles: ['guest'], concurrency: 1 }]);
    assert.equal(limits.usageOf(ADA), undefined);
    assert.equal(limits.callerCount, 0);
  });

  test('forgets callers at rest, and never one that has something to answer for', () => {
    const { limits, clock } = make([
      { callers: ['*'], ratePerSecond: 1, burst: 1, concurrency: 9 },
    ]);
    const busy = requireUsage(limits, { id: 'busy', roles: [] });
    limits.acquire(busy);
    for (let i = 0; i < 10_000; i++) {
      const usage = requireUsage(limits, { id: `caller${i}`, roles: [] });
      if (limits.acquire(usage) === undefined) limits.release(usage);
      clock.advance(10);
    }
    assert.ok(limits.callerCount < 2_500, `${limits.callerCount} are kept`);
    assert.equal(requireUsage(limits, { id: 'busy', roles: [] }), busy);
  });

  test('agrees with a bucket that is filled drop by drop, on every history', () => {
    const step = fc.oneof(fc.record({ waitMs: fc.nat(400) }), fc.constant('call' as const));
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 5, 8, 10, 20),
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 60 }),
        (ratePerSecond, burst, steps) => {
          const { limits, clock } = make([{ callers: ['*'], ratePerSecond, burst }]);
          const usage = requireUsage(limits, ADA);
          // In thousandths of a token, so that the model has no fractions.
          let thousandths = burst * 1_000;
          for (const one of steps) {
            if (one !== 'call') {
              clock.advance(one.waitMs);
              thousandths = Math.min(burst * 1_000, thousandths + one.waitMs * ratePerSecond);
              continue;
            }
            const refusal = limits.acquire(usage);
            assert.equal(refusal === undefined, thousandths >= 1_000);
            if (refusal === undefined) thousandths -= 1_000;
            else {
              const missing = Math.ceil((1_000 - thousandths) / ratePerSecond);
              assert.equal(refusal.retryAfterMs, missing);
            }
          }
        },
      ),
      { numRuns: 500, seed: 13 },
    );
  });

  test('gives a token to whoever waits as long as it was told, at every rate', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat(50), { maxLength: 30 }),
        (ratePerSecond, burst, waitsMs) => {
          const { limits, clock } = make([{ callers: ['*'], ratePerSecond, burst }]);
          const usage = requireUsage(limits, ADA);
          for (const waitMs of waitsMs) {
            clock.advance(waitMs / 1_000);
            const refusal = limits.acquire(usage);
            if (refusal === undefined) continue;
            clock.advance(refusal.retryAfterMs);
            assert.equal(limits.acquire(usage), undefined);
          }
        },
      ),
      { numRuns: 300, seed: 17 },
    );
  });
});
