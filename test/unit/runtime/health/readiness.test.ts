import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveness, readiness } from '../../../../src/runtime/health/readiness.ts';

describe('liveness', () => {
  test('holds while the loop turns and the supervisor lives', () => {
    assert.deepEqual(liveness({ loopTurnedAgoMs: 12.4, isSupervisorAlive: true }), {
      ok: true,
      checks: [
        { name: 'event-loop', ok: true, detail: 'turned 12 ms ago' },
        { name: 'supervisor', ok: true, detail: 'alive' },
      ],
    });
  });

  test('fails when the supervisor has ended, or the loop has not turned for too long', () => {
    assert.equal(liveness({ loopTurnedAgoMs: 0, isSupervisorAlive: false }).ok, false);
    const stuck = { loopTurnedAgoMs: 501, isSupervisorAlive: true, maxLoopTurnedAgoMs: 500 };
    assert.equal(liveness(stuck).ok, false);
    assert.equal(liveness({ ...stuck, loopTurnedAgoMs: 500 }).ok, true);
  });
});

describe('readiness', () => {
  const READY = {
    hasStarted: true,
    isDraining: false,
    requiredServices: ['a', 'b'],
    isRegistered: () => true,
  };

  test('holds once it has started and every required service is registered', () => {
    const { ok, checks } = readiness(READY);
    assert.equal(ok, true);
    assert.deepEqual(
      checks.map(({ name }) => name),
      ['started', 'accepting', 'service a', 'service b'],
    );
  });

  test('fails before the start, while draining, and without one of its services', () => {
    assert.equal(readiness({ ...READY, hasStarted: false }).ok, false);
    assert.equal(readiness({ ...READY, isDraining: true }).ok, false);
    const { ok, checks } = readiness({ ...READY, isRegistered: (name) => name !== 'b' });
    assert.equal(ok, false);
    assert.deepEqual(checks.at(-1), { name: 'service b', ok: false, detail: 'not registered' });
  });
});
