import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { type DeadlineNode, DeadlineWheel } from '../../../src/core/deadline-wheel.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const TICK_MS = 5;

class Node implements DeadlineNode {
  wheelPrevious: DeadlineNode | null = null;
  wheelNext: DeadlineNode | null = null;
  timeoutMs = 0;
  expiryTick = 0;
  readonly firedAtMs: number[] = [];
  readonly #clock: ManualClock;
  readonly #then: () => void;

  constructor(clock: ManualClock, onFire: () => void = () => {}) {
    this.#clock = clock;
    this.#then = onFire;
  }

  onDeadline(): void {
    this.firedAtMs.push(this.#clock.nowMs());
    this.#then();
  }
}

function setUp(slots = 16, keepsAlive = true) {
  const clock = new ManualClock();
  return { clock, wheel: new DeadlineWheel({ tickMs: TICK_MS, slots, clock, keepsAlive }) };
}

describe('DeadlineWheel', () => {
  test('fires a deadline once, not before its time and within two ticks of the first one after', () => {
    const { clock, wheel } = setUp();
    const node = new Node(clock);
    wheel.add(node, 20);
    clock.advance(20);
    assert.deepEqual(node.firedAtMs, []);
    clock.advance(3 * TICK_MS);
    assert.equal(node.firedAtMs.length, 1);
    clock.advance(1_000);
    assert.equal(node.firedAtMs.length, 1);
    assert.equal(wheel.size, 0);
  });

  test('never fires a deadline that was removed, before or after it was given a slot', () => {
    const { clock, wheel } = setUp();
    const early = new Node(clock);
    const late = new Node(clock);
    wheel.add(early, 10);
    wheel.add(late, 10);
    wheel.remove(early);
    clock.advance(TICK_MS);
    wheel.remove(late);
    assert.equal(wheel.size, 0);
    clock.advance(1_000);
    assert.deepEqual([early.firedAtMs, late.firedAtMs], [[], []]);
  });

  test('ignores the removal of what is not on the wheel', () => {
    const { clock, wheel } = setUp();
    const node = new Node(clock);
    wheel.remove(node);
    wheel.add(node, 10);
    wheel.remove(node);
    wheel.remove(node);
    assert.equal(wheel.size, 0);
    wheel.add(node, 10);
    clock.advance(50);
    wheel.remove(node);
    assert.equal(wheel.size, 0);
    assert.equal(node.firedAtMs.length, 1);
  });

  test('gives a deadline its full time when the loop is held up right after it was added', () => {
    const { clock, wheel } = setUp();
    const node = new Node(clock);
    wheel.add(node, 50);
    clock.jump(400);
    assert.deepEqual(node.firedAtMs, []);
    clock.advance(49);
    assert.deepEqual(node.firedAtMs, []);
    clock.advance(1 + 2 * TICK_MS);
    assert.equal(node.firedAtMs.length, 1);
  });

  test('fires everything that fell due while the loop was held up for more than a turn', () => {
    const { clock, wheel } = setUp(8);
    const nodes = [7, 33, 60, 90].map((timeoutMs) => {
      const node = new Node(clock);
      wheel.add(node, timeoutMs);
      return node;
    });
    clock.advance(TICK_MS);
    clock.jump(10_000);
    assert.deepEqual(
      nodes.map((node) => node.firedAtMs.length),
      [1, 1, 1, 1],
    );
  });

  test('lets a deadline longer than a turn go round until it is due', () => {
    const { clock, wheel } = setUp(8); // one turn is 40 ms
    const node = new Node(clock);
    wheel.add(node, 205);
    clock.advance(205);
    assert.deepEqual(node.firedAtMs, []);
    clock.advance(3 * TICK_MS);
    assert.equal(node.firedAtMs.length, 1);
  });

  test('takes deadlines added, and lets go of those removed, while one is firing', () => {
    const { clock, wheel } = setUp();
    const later = new Node(clock);
    const victim = new Node(clock);
    const first = new Node(clock, () => {
      wheel.remove(victim);
      wheel.add(later, 10);
    });
    wheel.add(first, 10);
    wheel.add(victim, 10); // due at the same tick
    clock.advance(10 + 3 * TICK_MS);
    assert.deepEqual([first.firedAtMs.length, victim.firedAtMs.length], [1, 0]);
    assert.equal(wheel.size, 1);
    clock.advance(10 + 3 * TICK_MS);
    assert.equal(later.firedAtMs.length, 1);
  });

  test('can put the deadline that fires back on the wheel', () => {
    const { clock, wheel } = setUp();
    const node: Node = new Node(clock, () => wheel.add(node, 10));
    wheel.add(node, 10);
    clock.advance(100);
    assert.ok(node.firedAtMs.length >= 4);
    assert.equal(wheel.size, 1);
  });

  test('keeps the process alive only while a deadline waits', () => {
    const { clock, wheel } = setUp();
    const node = new Node(clock);
    assert.equal(clock.isKeepingAlive, false);
    wheel.add(node, 100);
    assert.equal(clock.isKeepingAlive, true);
    clock.advance(50);
    assert.equal(clock.isKeepingAlive, true);
    wheel.remove(node);
    clock.advance(TICK_MS);
    assert.equal(clock.isKeepingAlive, false);
    wheel.add(node, 100);
    assert.equal(clock.isKeepingAlive, true);
  });

  test('stops its timer after a while with nothing to watch, and starts it again', () => {
    const { clock, wheel } = setUp();
    const node = new Node(clock);
    wheel.add(node, 10);
    clock.advance(TICK_MS);
    wheel.remove(node);
    clock.advance(20 * TICK_MS);
    assert.equal(clock.countTimers(), 0);
    wheel.add(node, 10);
    assert.equal(clock.isKeepingAlive, true);
    clock.advance(10 + 3 * TICK_MS);
    assert.equal(node.firedAtMs.length, 1);
  });

  describe('that does not keep the process alive', () => {
    const setUpPatient = () => setUp(16, false);
    /** The time in which the slow timer comes round. */
    const LINGER_MS = 8 * TICK_MS;

    test('never does, and fires a long deadline no more than its lingering later', () => {
      const { clock, wheel } = setUpPatient();
      const node = new Node(clock);
      wheel.add(node, 1_000);
      for (let tick = 0; node.firedAtMs.length === 0 && tick < 1_000; tick++) {
        assert.equal(clock.isKeepingAlive, false);
        clock.advance(TICK_MS);
      }
      const [firedAtMs = 0] = node.firedAtMs;
      assert.ok(firedAtMs >= 2_000 && firedAtMs <= 2_000 + LINGER_MS + 2 * TICK_MS);
    });

    test('fires a short deadline in time, though a long one before it is in no hurry', () => {
      const { clock, wheel } = setUpPatient();
      const long = new Node(clock);
      const short = new Node(clock);
      wheel.add(long, 60_000);
      clock.advance(1);
      wheel.add(short, 10);
      clock.advance(10 + 3 * TICK_MS);
      assert.equal(short.firedAtMs.length, 1);
      assert.equal(clock.isKeepingAlive, false);
    });

    test('sets one timer for calls that come one by one, and none after a while', () => {
      const clock = new ManualClock();
      let firings = 0;
      const createTimer = clock.createTimer.bind(clock);
      clock.createTimer = (delayMs, onFire) =>
        createTimer(delayMs, () => {
          firings++;
          onFire();
        });
      const watched = new DeadlineWheel({ tickMs: TICK_MS, clock, keepsAlive: false });
      const node = new Node(clock);
      for (let call = 0; call < 80; call++) {
        watched.add(node, 5_000);
        watched.remove(node);
        clock.advance(LINGER_MS / 4);
      }
      assert.equal(firings, 20);
      clock.advance(2 * LINGER_MS);
      assert.equal(clock.countTimers(), 0);
      assert.deepEqual(node.firedAtMs, []);
    });
  });

  test('never fires a deadline without end', () => {
    const { clock, wheel } = setUp();
    const node = new Node(clock);
    wheel.add(node, 1e15);
    clock.advance(10_000);
    assert.equal(node.firedAtMs.length, 0);
    assert.equal(wheel.size, 1);
  });

  test('rejects a resolution and a number of slots that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new DeadlineWheel({ tickMs: 0 }), { code });
    assert.throws(() => new DeadlineWheel({ slots: 0 }), { code });
    assert.throws(() => new DeadlineWheel({ slots: 1.5 }), { code });
  });

  test('agrees with a plain list of deadlines on every history', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        timeoutMs: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(1_000)),
      }),
      fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
      fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: 1, max: 400 }) }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        (slots, keepsAlive, steps) => {
          const { clock, wheel } = setUp(slots, keepsAlive);
          const waiting: { node: Node; notBeforeMs: number; notAfterMs: number }[] = [];
          const removed: Node[] = [];
          let expected = 0;
          const check = (heldUpMs: number) => {
            for (const entry of waiting.slice()) {
              const { node, notBeforeMs } = entry;
              if (heldUpMs > 0) entry.notAfterMs += heldUpMs;
              const [firedAtMs] = node.firedAtMs;
              if (firedAtMs === undefined) {
                assert.ok(clock.nowMs() <= entry.notAfterMs, 'fires in time');
                continue;
              }
              assert.equal(node.firedAtMs.length, 1);
              assert.ok(firedAtMs >= notBeforeMs, 'never early');
              assert.ok(firedAtMs <= entry.notAfterMs, 'never late');
              waiting.splice(waiting.indexOf(entry), 1);
              expected--;
            }
            for (const node of removed) assert.deepEqual(node.firedAtMs, []);
            assert.equal(wheel.size, expected);
          };
          for (const action of steps) {
            if (action.kind === 'add') {
              const node = new Node(clock);
              wheel.add(node, action.timeoutMs);
              const notBeforeMs = clock.nowMs() + action.timeoutMs;
              const isPatient = !keepsAlive && action.timeoutMs >= 1_000;
              const lateMs = (isPatient ? 10 : 3) * TICK_MS;
              waiting.push({ node, notBeforeMs, notAfterMs: notBeforeMs + lateMs });
              expected++;
            } else if (action.kind === 'remove') {
              const [entry] = waiting.splice(action.pick % Math.max(1, waiting.length), 1);
              if (entry === undefined) continue;
              wheel.remove(entry.node);
              removed.push(entry.node);
              expected--;
            } else if (action.kind === 'advance') {
              clock.advance(action.ms);
              check(0);
            } else {
              clock.jump(action.ms);
              check(action.ms);
            }
          }
          clock.advance(2_000);
          check(0);
          assert.equal(wheel.size, 0);
        },
      ),
    );
  });
});
