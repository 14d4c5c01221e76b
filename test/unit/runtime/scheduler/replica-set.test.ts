import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notTaken, serviceExit } from '../../../../src/runtime/dispatch/call-errors.ts';
import { createCounters } from '../../../../src/runtime/dispatch/service-counters.ts';
import type {
  ServiceStats,
  ServiceStatus,
} from '../../../../src/runtime/dispatch/service-reference.ts';
import { type Replica, ReplicaSet } from '../../../../src/runtime/scheduler/replica-set.ts';
import { defer, settle } from '../../../helpers/event-loop.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

/** A copy that does what the test says, and remembers what it was sent. */
class FakeReplica implements Replica {
  readonly name = 'copied';
  readonly placement = 'worker';
  readonly where: string;
  status: ServiceStatus = 'starting';
  unanswered = 0;
  msPerCall = 0;
  readonly taken: unknown[] = [];
  /** Calls of a batch that it answers; it ends in the next. */
  endsAfter = Number.POSITIVE_INFINITY;
  readonly stopOptions: unknown[] = [];
  readonly #exit = defer();
  readonly #start = defer<void>();
  #listeners: ((reason: unknown) => void)[] = [];
  readonly exited = this.#exit.promise;

  constructor(index: number) {
    this.where = `place ${index}`;
  }

  start(): Promise<void> {
    return this.#start.promise;
  }

  /** Its start succeeds, or fails with `thrown`. */
  begin(thrown?: Error): void {
    if (thrown === undefined) {
      this.status = 'running';
      this.#start.resolve();
    } else {
      this.end(thrown);
      this.#start.reject(thrown);
    }
  }

  end(reason: unknown): void {
    this.leave(reason);
    this.status = 'ended';
    this.#exit.resolve(reason);
  }

  leave(reason: unknown): void {
    if (this.status === 'stopping' || this.status === 'ended') return;
    this.status = 'stopping';
    for (const listener of this.#listeners.splice(0)) listener(reason);
  }

  async call(_method: string, params?: unknown): Promise<unknown> {
    this.taken.push(params);
    return params;
  }

  async callMany(_method: string, paramsList: readonly unknown[]): Promise<unknown[]> {
    if (this.endsAfter < paramsList.length) {
      this.end('it crashed');
      const [inFlight, unsent] = [serviceExit('copied', 'it crashed'), notTaken('copied', 'ended')];
      return paramsList.map((params, index) => {
        if (index < this.endsAfter) return params;
        return index === this.endsAfter ? inFlight : unsent;
      });
    }
    this.taken.push(...paramsList);
    return [...paramsList];
  }

  notify(_method: string, params?: unknown): void {
    this.taken.push(params);
  }

  async stop(options: unknown): Promise<void> {
    this.stopOptions.push(options);
    this.end('normal');
  }

  kill(reason: unknown): void {
    this.end(reason);
  }

  onLeave(listener: (reason: unknown) => void): void {
    this.#listeners.push(listener);
  }

  stats(): ServiceStats {
    const counters = { ...createCounters(), requestCount: this.taken.length };
    return { ...counters, startedAt: '', uptimeSeconds: 0, mailboxLength: 1, inFlight: 2 };
  }
}

function createSet(count: number) {
  const clock = new ManualClock();
  const replicas: FakeReplica[] = [];
  const create = (): FakeReplica => {
    const replica = new FakeReplica(replicas.length);
    replicas.push(replica);
    return replica;
  };
  const set = new ReplicaSet('copied', count, create, clock);
  const replica = (index: number): FakeReplica => replicas[index] as FakeReplica;
  return { set, clock, replicas, replica };
}

async function startSet(count: number) {
  const started = createSet(count);
  const start = started.set.start();
  for (const each of started.replicas) each.begin();
  await start;
  return started;
}

/** Which copy takes the next call. */
async function chosen({ set, replicas }: Awaited<ReturnType<typeof startSet>>): Promise<number> {
  const before = replicas.map(({ taken }) => taken.length);
  await set.call('echo', 1);
  return replicas.findIndex(({ taken }, index) => taken.length !== before[index]);
}

describe('ReplicaSet', () => {
  test('ends the copies that it has made when another cannot be made', async () => {
    const made: FakeReplica[] = [];
    const create = (): FakeReplica => {
      if (made.length === 2) throw new Error('no more processes');
      const replica = new FakeReplica(made.length);
      made.push(replica);
      return replica;
    };
    assert.throws(
      () => new ReplicaSet('copied', 3, create, new ManualClock()),
      /no more processes/,
    );
    assert.deepEqual(
      made.map(({ status }) => status),
      ['ended', 'ended'],
    );
  });

  test('sends a call to the copy with the fewest, as long as nobody is measured', async () => {
    const started = await startSet(3);
    started.replica(0).unanswered = 2;
    started.replica(1).unanswered = 1;
    started.replica(2).unanswered = 3;
    assert.equal(await chosen(started), 1);
  });

  test('gives the others what a copy that ends has not been sent, and not what it had', async () => {
    const { set, replica } = await startSet(3);
    replica(1).endsAfter = 2;
    const paramsList = Array.from({ length: 30 }, (_, index) => index);
    const replies = await set.callMany('echo', paramsList);
    assert.equal((replies[12] as { code?: string }).code, 'ERR_SERVICE_EXIT');
    assert.deepEqual(replies.toSpliced(12, 1), paramsList.toSpliced(12, 1));
    for (const copy of [0, 2]) replica(copy).endsAfter = 0;
    const lost = await set.callMany('echo', [1, 2]);
    assert.ok(lost.every((reply) => (reply as { code?: string }).code === 'ERR_SERVICE_EXIT'));
  });

  test('weighs calls by the time that they take', async () => {
    const started = await startSet(2);
    started.replica(0).msPerCall = 1;
    started.replica(1).msPerCall = 3;
    started.replica(0).unanswered = 1; // 2 ms
    assert.equal(await chosen(started), 0);
    started.replica(0).unanswered = 3; // 4 ms
    assert.equal(await chosen(started), 1);
  });

  test('gives a copy that was slow a call now and then, so that it can show that it is no more', async () => {
    const started = await startSet(2);
    started.replica(0).msPerCall = 0.01;
    started.replica(1).msPerCall = 500;
    started.replica(0).unanswered = 2;
    assert.equal(await chosen(started), 0);
    started.replica(0).unanswered = 4;
    assert.equal(await chosen(started), 1);
  });

  test('takes a copy that has not been measured for as fast as the fastest, not for infinitely fast', async () => {
    const started = await startSet(3);
    started.replica(0).msPerCall = 1;
    started.replica(1).msPerCall = 10;
    started.replica(0).unanswered = 2; // 3 ms
    started.replica(2).unanswered = 5; // 6 ms
    assert.equal(await chosen(started), 0);
    started.replica(2).unanswered = 1; // 2 ms
    assert.equal(await chosen(started), 2);
  });

  test('sends nothing to a copy that starts while another runs, and something when none does', async () => {
    const started = await startSet(2);
    started.replica(0).end('crashed');
    await settle();
    assert.equal(started.replicas.length, 3);
    started.replica(1).unanswered = 50;
    assert.equal(await chosen(started), 1);
    started.replica(1).end('crashed');
    await settle();
    assert.equal(await chosen(started), 2);
    started.replica(3).begin();
    await settle();
    assert.equal(await chosen(started), 3);
  });

  test('spreads a batch over its copies, in order', async () => {
    const { set, replicas } = await startSet(3);
    assert.deepEqual(await set.callMany('echo', [1, 2, 3, 4, 5, 6, 7]), [1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(
      replicas.map(({ taken }) => taken),
      [[1, 2, 3], [4, 5, 6], [7]],
    );
    assert.deepEqual(await set.callMany('echo', []), []);
  });

  test('replaces three copies in five seconds, and ends with the fourth', async () => {
    const { set, replica, replicas } = await startSet(2);
    for (let index = 0; index < 3; index++) {
      replica(index).end(`crash ${index}`);
      await settle();
      replicas.at(-1)?.begin();
      await settle();
      assert.equal(set.status, 'running');
    }
    const left: unknown[] = [];
    set.onLeave((reason) => left.push(reason));
    replica(3).end('crash 3');
    await settle();
    assert.equal(set.status, 'ended');
    assert.equal(await set.exited, 'crash 3');
    assert.deepEqual(left, ['crash 3']);
    assert.equal(replica(4).status, 'ended');
    await assert.rejects(set.call('echo'), { code: 'ERR_SERVICE_EXIT' });
    await assert.rejects(set.callMany('echo', [1]), { code: 'ERR_SERVICE_EXIT' });
  });

  test('forgets replacements that are longer ago', async () => {
    const { set, clock, replicas } = await startSet(2);
    for (let index = 0; index < 12; index++) {
      replicas[index]?.end('crashed');
      await settle();
      replicas.at(-1)?.begin();
      clock.advance(1_700);
    }
    assert.equal(set.status, 'running');
  });

  test('ends when the copies that replace others do not start', async () => {
    const { set, replicas } = await startSet(2);
    replicas[0]?.end('crashed');
    for (let index = 2; index <= 4; index++) {
      await settle();
      replicas[index]?.begin(new Error(`no start ${index}`));
    }
    await settle();
    assert.equal(replicas.length, 5);
    assert.equal(((await set.exited) as Error).message, 'no start 4');
  });

  test('ends when there is no place for a copy that is to replace another', async () => {
    const copies: FakeReplica[] = [];
    const create = (): FakeReplica => {
      if (copies.length === 2) throw new Error('no thread is to be had');
      const copy = new FakeReplica(copies.length);
      copies.push(copy);
      return copy;
    };
    const set = new ReplicaSet('copied', 2, create, new ManualClock());
    const start = set.start();
    for (const copy of copies) copy.begin();
    await start;
    copies[0]?.end('crashed');
    assert.match(String(await set.exited), /no thread is to be had/);
    assert.equal(copies[1]?.status, 'ended');
  });

  test('names the copies that take calls', async () => {
    const { set, replica } = await startSet(2);
    assert.deepEqual(set.copies, [replica(0), replica(1)]);
    replica(0).leave('stopping');
    assert.deepEqual(set.copies, [replica(1)]);
  });

  test('ends when one of its copies does not start', async () => {
    const { set, replica } = createSet(2);
    const started = set.start();
    replica(0).begin();
    replica(1).begin(new Error('no disk'));
    await assert.rejects(started, /no disk/);
    assert.equal(replica(0).status, 'ended');
    assert.equal(((await set.exited) as Error).message, 'no disk');
    assert.equal(set.status, 'ended');
  });

  test('has ended when none of its copies starts', async () => {
    const { set, replica } = createSet(2);
    const started = set.start();
    replica(0).begin(new Error('no disk'));
    replica(1).begin(new Error('no disk'));
    await assert.rejects(started, /no disk/);
    await set.exited;
    assert.equal(set.status, 'ended');
  });

  test('replaces a copy that ended while others started', async () => {
    const { set, replica, replicas } = createSet(2);
    const started = set.start();
    replica(0).begin();
    await settle();
    replica(0).end('crashed');
    await settle();
    replica(1).begin();
    await started;
    assert.equal(replicas.length, 3);
    assert.equal(set.status, 'running');
  });

  test('stops its copies, with the time allowed', async () => {
    const { set, replica } = await startSet(2);
    await set.stop({ timeoutMs: 70 });
    assert.deepEqual(replica(1).stopOptions, [{ timeoutMs: 70 }]);
    assert.equal(set.status, 'ended');
    assert.equal(await set.exited, 'normal');
    await set.stop();
  });

  test('ends with the reason of the first kill', async () => {
    const { set } = await startSet(2);
    set.kill('first');
    set.kill('second');
    assert.equal(await set.exited, 'first');
    assert.equal(set.status, 'ended');
    const heard: unknown[] = [];
    set.onLeave((reason) => heard.push(reason));
    assert.deepEqual(heard, ['normal']);
  });

  test('counts what its copies count, those that have ended included', async () => {
    const { set, replica, replicas } = await startSet(2);
    for (let index = 0; index < 4; index++) {
      await set.call('echo', index);
      replica(0).unanswered++;
    }
    replica(0).end('crashed');
    await settle();
    replicas.at(-1)?.begin();
    const { requestCount, mailboxLength, inFlight } = set.stats();
    assert.deepEqual(
      { requestCount, mailboxLength, inFlight },
      {
        requestCount: 4,
        mailboxLength: 2,
        inFlight: 4,
      },
    );
    set.kill();
    await settle();
    set.notify('echo');
    assert.equal(set.stats().droppedNotificationCount, 1);
  });

  test('says where its copies are', async () => {
    const { set } = await startSet(2);
    assert.equal(set.where, 'place 0, place 1');
    assert.equal(set.placement, 'worker');
  });
});
