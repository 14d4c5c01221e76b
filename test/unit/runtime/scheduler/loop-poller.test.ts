import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LoopPoller } from '../../../../src/runtime/scheduler/loop-poller.ts';

const MAX_WAIT_MS = 1.25;
const TURN_MS = 0.25; // a binary fraction: sums are exact

/** An event loop that turns when the test says so. */
class FakeLoop {
  #nowMs = 0;
  #turn: (() => void) | undefined;

  nowMs(): number {
    return this.#nowMs;
  }

  nextTurn(turn: () => void): void {
    assert.equal(this.#turn, undefined, 'one turn at a time is asked for');
    this.#turn = turn;
  }

  /** Time passes in which the loop does something else, or sleeps. */
  pass(timeMs: number): void {
    this.#nowMs += timeMs;
  }

  /** Turns as long as it is kept from sleeping, `maxTurns` at most; returns how often. */
  run(maxTurns = 1_000): number {
    let turns = 0;
    for (; turns < maxTurns && this.#turn !== undefined; turns++) {
      const turn = this.#turn;
      this.#turn = undefined;
      this.#nowMs += TURN_MS;
      turn();
    }
    return turns;
  }
}

describe('LoopPoller', () => {
  test('keeps the loop turning for its time and not longer', () => {
    const loop = new FakeLoop();
    new LoopPoller(MAX_WAIT_MS, loop).expect();
    // The first turn begins the time.
    assert.equal(loop.run(), 6);
  });

  test('stops at the next turn when it has come, or is expected no more', () => {
    const loop = new FakeLoop();
    const poller = new LoopPoller(MAX_WAIT_MS, loop);
    poller.expect();
    loop.run(2);
    poller.arrived();
    assert.equal(loop.run(), 1);
    poller.expect();
    poller.stop();
    assert.equal(loop.run(), 1);
  });

  test('waits anew from the last time that something was expected', () => {
    const loop = new FakeLoop();
    const poller = new LoopPoller(MAX_WAIT_MS, loop);
    poller.expect();
    loop.run(4);
    poller.expect();
    assert.equal(loop.run(), 6);
  });

  test('does not take a turn full of work for somebody else who wants the core', () => {
    const loop = new FakeLoop();
    const poller = new LoopPoller(MAX_WAIT_MS, loop);
    poller.expect();
    loop.pass(5);
    assert.equal(loop.run(), 6);
    poller.expect();
    loop.run(2);
    loop.pass(5); // two looks with nothing between them but time
    assert.equal(loop.run(), 1);
    poller.expect();
    assert.equal(loop.run(), 1);
  });

  test('waits for the first only where the last was a moment ago: the other side sleeps by now', () => {
    const loop = new FakeLoop();
    const poller = new LoopPoller(MAX_WAIT_MS, loop);
    poller.stop();
    loop.pass(MAX_WAIT_MS);
    poller.expectFirst();
    assert.equal(loop.run(), 6);
    poller.stop();
    loop.pass(MAX_WAIT_MS + TURN_MS);
    poller.expectFirst();
    assert.equal(loop.run(), 0);
  });

  test('leaves off when waiting has not paid, but for a trial now and then', () => {
    const loop = new FakeLoop();
    const poller = new LoopPoller(MAX_WAIT_MS, loop);
    let waited = 0;
    for (let i = 0; i < 4 + 640; i++) {
      poller.expect();
      if (loop.run() > 0) waited++;
    }
    assert.equal(waited, 4 + 10);
  });

  test('takes it up again when a trial pays', () => {
    const loop = new FakeLoop();
    const poller = new LoopPoller(MAX_WAIT_MS, loop);
    const expectInVain = () => {
      poller.expect();
      return loop.run() > 0;
    };
    for (let i = 0; i < 4; i++) assert.ok(expectInVain());
    for (let i = 0; i < 63; i++) assert.ok(!expectInVain());
    poller.expect();
    loop.run(1);
    poller.arrived();
    assert.ok(expectInVain());
  });

  test('never waits when told to wait no time', () => {
    const loop = new FakeLoop();
    new LoopPoller(0, loop).expect();
    assert.equal(loop.run(), 0);
  });
});
