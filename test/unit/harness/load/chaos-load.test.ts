import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { CallLedger } from '../../../../src/harness/load/call-ledger.ts';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import { ChaosLoad } from '../../../../src/harness/load/chaos-load.ts';
import { ChaosTotals, LoadWindow } from '../../../../src/harness/load/chaos-totals.ts';
import { readyCalls } from '../../../../src/harness/load/closed-executor.ts';
import { RecoveryLog } from '../../../../src/harness/load/recovery-log.ts';
import type { Invoker } from '../../../../src/harness/load/target.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';
import { LatencyTally } from '../../../../src/harness/stats/latency-tally.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { numberedEcho, numberedReply } from '../../../helpers/chaos-target.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { argumentOf } from '../../../helpers/fake-target.ts';
import { FlowingClock, takingTime } from '../../../helpers/flowing-clock.ts';

interface Setting {
  readonly invoke: Invoker;
  readonly services?: readonly string[];
  readonly concurrency?: number;
  readonly giveUpMs?: number;
  readonly expected?: readonly string[];
  readonly victims?: readonly string[];
  readonly clock?: FlowingClock;
}

/** A load on one operation for each service, all sent by `invoke`. */
function loadOf({ invoke, services = ['echo'], ...setting }: Setting): ChaosLoad {
  const operations = services.map((service) => numberedEcho(service));
  const plan = planCalls({ name: '', operations, inputs: 8 }, seededRandom(1));
  const books = {
    ledger: new CallLedger(),
    totals: new ChaosTotals(setting.expected ?? []),
    recovery: new RecoveryLog(),
  };
  const { concurrency = 4, giveUpMs = 60_000, victims = [], clock = new FlowingClock() } = setting;
  return new ChaosLoad(
    readyCalls(plan, () => takingTime(clock, invoke)),
    books,
    { concurrency, giveUpMs, victims, clock },
  );
}

/** Runs the load until so many calls have been offered, and ends it. */
async function runFor(load: ChaosLoad, calls: number): Promise<void> {
  load.start();
  while (load.books.ledger.offered < calls) await settle();
  await load.stop();
}

function numberOf(params: unknown): number {
  return (argumentOf(params) as { callNumber: number }).callNumber;
}

function booksOf({ books: { ledger, totals } }: ChaosLoad) {
  const { offered, open, lost, answeredTwice } = ledger;
  const rejected = [...totals.errors.values()].reduce((sum, count) => sum + count, 0);
  const settled = totals.succeeded + totals.checksFailed + rejected;
  return { offered, open, lost, answeredTwice, settled, checksFailed: totals.checksFailed };
}

describe('ChaosLoad', () => {
  test('accounts for every call of a target that does what it should', async () => {
    const load = loadOf({ invoke: async (params) => numberedReply(params) });
    await runFor(load, 1_000);
    const { offered, settled, ...rest } = booksOf(load);
    assert.ok(offered >= 1_000);
    assert.equal(settled, offered);
    assert.deepEqual(rest, { open: 0, lost: 0, answeredTwice: 0, checksFailed: 0 });
    assert.equal(load.books.totals.succeeded, offered);
  });

  test('sends inputs in objects of their own: what was sent is the receiver’s', async () => {
    const seen = new Set<unknown>();
    const load = loadOf({
      async invoke(params) {
        assert.equal(seen.has(argumentOf(params)), false);
        seen.add(argumentOf(params));
        return numberedReply(params);
      },
    });
    await runFor(load, 100);
    assert.equal(load.books.totals.firstFailure, undefined);
  });

  test('finds the calls that a target loses, and goes on with the others', async () => {
    const load = loadOf({
      giveUpMs: 20,
      invoke: (params) =>
        numberOf(params) === 5
          ? new Promise<never>(() => {})
          : Promise.resolve(numberedReply(params)),
    });
    await runFor(load, 50);
    const { offered, settled, lost, open } = booksOf(load);
    assert.deepEqual({ lost, open, settled }, { lost: 1, open: 0, settled: offered - 1 });
  });

  test('finds a promise that settles twice', async () => {
    const load = loadOf({
      invoke(params) {
        const reply = numberedReply(params);
        const twice = {
          // oxlint-disable-next-line unicorn/no-thenable -- the defect that is planted
          then: (onReply: (reply: unknown) => void) => [onReply(reply), onReply(reply)],
        };
        return numberOf(params) === 5
          ? (twice as unknown as Promise<unknown>)
          : Promise.resolve(reply);
      },
    });
    await runFor(load, 50);
    assert.equal(booksOf(load).answeredTwice, 1);
    assert.equal(booksOf(load).settled, booksOf(load).offered);
  });

  test('finds a reply that is given to another call as well', async () => {
    let copied: unknown;
    const load = loadOf({
      async invoke(params) {
        const reply = numberedReply(params);
        if (numberOf(params) === 5) copied = reply;
        return numberOf(params) === 6 ? copied : reply;
      },
    });
    await runFor(load, 50);
    const { answeredTwice, checksFailed } = booksOf(load);
    assert.deepEqual({ answeredTwice, checksFailed }, { answeredTwice: 1, checksFailed: 1 });
    assert.match(
      load.books.totals.firstFailure ?? '',
      /carries the number 5 and not that of its call, 6/,
    );
  });

  test('finds replies that were swapped, even with the right content', async () => {
    const held: ((reply: unknown) => void)[] = [];
    const replies: unknown[] = [];
    const load = loadOf({
      invoke(params) {
        const number = numberOf(params);
        if (number > 1) return Promise.resolve(numberedReply(params));
        replies.push({ structuredContent: { value: 0, callNumber: number } });
        return new Promise((resolve) => {
          held.push(resolve);
          if (held.length < 2) return;
          held[0]?.(replies[1]);
          held[1]?.(replies[0]);
        });
      },
    });
    await runFor(load, 50);
    const { answeredTwice, checksFailed, lost } = booksOf(load);
    assert.deepEqual(
      { answeredTwice, checksFailed, lost },
      { answeredTwice: 2, checksFailed: 2, lost: 0 },
    );
  });

  test('tells failures that are expected from those that are not', async () => {
    const load = loadOf({
      expected: ['ERR_OVERLOADED'],
      async invoke(params) {
        const number = numberOf(params);
        if (number % 3 === 1) throw new ToolrigError('ERR_OVERLOADED', 'full');
        if (number === 5) throw new ToolrigError('ERR_TIMEOUT', 'too slow');
        return numberedReply(params);
      },
    });
    await runFor(load, 60);
    const { errors, failedAsExpected, firstFailure } = load.books.totals;
    assert.equal(errors.get('ERR_TIMEOUT'), 1);
    assert.equal(errors.get('ERR_OVERLOADED'), failedAsExpected);
    assert.match(firstFailure ?? '', /too slow/);
  });

  test('survives a target that throws before it promises anything', async () => {
    const load = loadOf({
      invoke() {
        throw new TypeError('not a function');
      },
    });
    await runFor(load, 20);
    assert.equal(load.books.totals.errors.get('ERR_UNKNOWN'), booksOf(load).offered);
  });

  test('leaves latencies of refused calls out, and those of victims out of the spared ones', async () => {
    const load = loadOf({
      services: ['victim', 'spared'],
      victims: ['victim'],
      invoke: async (params) => numberedReply(params),
    });
    const window = new LoadWindow();
    load.window = window;
    const spared = new LoadWindow();
    load.spared = { tally: spared.latency, onlyWhileDown: false };
    await runFor(load, 400);
    assert.equal(window.succeeded, booksOf(load).offered);
    const histogram = new LatencyHistogram();
    spared.latency.drainInto(histogram);
    assert.ok(histogram.count > 0 && histogram.count < window.succeeded);
    histogram.destroy();
  });

  test('counts of the spared services, where that is asked, the calls in whose time a victim was down', async () => {
    for (const isDown of [false, true]) {
      const load = loadOf({
        services: ['victim', 'spared'],
        victims: ['victim'],
        invoke: async (params) => numberedReply(params),
      });
      // A fault in a time to come: no reply is one to a later call.
      if (isDown) load.books.recovery.strike('victim', Number.POSITIVE_INFINITY);
      const tally = new LatencyTally();
      load.spared = { tally, onlyWhileDown: true };
      await runFor(load, 400);
      const histogram = new LatencyHistogram();
      tally.drainInto(histogram);
      assert.equal(histogram.count > 0, isDown);
      histogram.destroy();
    }
  });

  test('lets a service that never answers hold up its own callers only', async () => {
    const dead = new Set<number>();
    const held = loadOf({
      services: ['dead', 'alive'],
      giveUpMs: 50,
      invoke(params) {
        // The first call of each caller of 'dead', which is every second one, never settles.
        const number = numberOf(params);
        if (number < 4 && number % 2 === 0) {
          dead.add(number);
          return new Promise<never>(() => {});
        }
        return Promise.resolve(numberedReply(params));
      },
    });
    await runFor(held, 500);
    assert.equal(booksOf(held).lost, dead.size);
    assert.equal(booksOf(held).settled, booksOf(held).offered - dead.size);
  });

  test('starts again with as many callers, whoever was refused before', async () => {
    const clock = new FlowingClock();
    const openAtOnce: number[] = [];
    const load = loadOf({
      clock,
      concurrency: 2,
      async invoke() {
        openAtOnce.push(load.books.ledger.open);
        throw new ToolrigError('ERR_OVERLOADED', 'full');
      },
    });
    load.start();
    await settle();
    await load.stop();
    load.start();
    await clock.sleep(5);
    await load.stop();
    assert.ok(openAtOnce.length > 4);
    assert.equal(Math.max(...openAtOnce), 2);
  });

  test('probes at rest, once the callers have stopped', async () => {
    const clock = new FlowingClock();
    const load = loadOf({ invoke: async (params) => numberedReply(params), concurrency: 8, clock });
    load.start();
    await clock.sleep(5);
    load.rest();
    const before = load.books.ledger.offered;
    await clock.sleep(20);
    await load.stop();
    const probes = load.books.ledger.offered - before;
    assert.ok(probes > 10 && probes < 30, `${probes} calls at rest`);
    assert.equal(booksOf(load).open, 0);
  });
});
