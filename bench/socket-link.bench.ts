/**
 * A small call answered by a child process, one at a time and 64 in flight: over the link, with and
 * without keeping the event loops turning, and over Node's own IPC.
 */

import { type ChildProcess, fork, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';
import { SocketLink } from '../src/runtime/scheduler/socket-link.ts';

const CHILD = fileURLToPath(new URL('./support/link-echo-child.js', import.meta.url));
const IN_FLIGHT = 64;

type Send = (id: number, value: object) => void;

/** Calls of one child, by number until they are answered. */
class Caller {
  readonly child: ChildProcess;
  readonly onReply = (id: number, value: unknown): void => {
    const resolve = this.#waiting[id];
    this.#free.push(id);
    resolve?.(value);
  };
  send: Send = () => {};
  readonly #waiting: ((value: unknown) => void)[] = [];
  readonly #free = Array.from({ length: IN_FLIGHT }, (_, id) => id);

  constructor(child: ChildProcess) {
    this.child = child;
  }

  call(value: object): Promise<unknown> {
    return new Promise((resolve) => {
      const id = this.#free.pop() as number;
      this.#waiting[id] = resolve;
      this.send(id, value);
    });
  }
}

function startLink(pollUs: number): Caller {
  const child = spawn(process.execPath, [CHILD, 'link', `${pollUs}`], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const caller = new Caller(child);
  const link = new SocketLink(
    child.stdio[3] as Duplex,
    {
      onFrame: (_kind, id, _route, value) => caller.onReply(id, value),
      onClose: () => {},
    },
    { pollUs },
  );
  caller.send = (id, value) => {
    link.openCalls = 1;
    link.send(1, id, 0, value);
  };
  return caller;
}

function startIpc(): Caller {
  const child = fork(CHILD, ['ipc']);
  const caller = new Caller(child);
  child.on('message', ({ id, value }: { id: number; value: unknown }) => caller.onReply(id, value));
  caller.send = (id, value) => child.send({ id, value });
  return caller;
}

async function run(caller: Caller, calls: number, inFlight: number): Promise<number> {
  let right = 0;
  let started = 0;
  const callInTurn = async () => {
    while (started < calls) {
      const a = started++ % 1_000;
      const reply = await caller.call({ name: 'add', arguments: { a, b: 2 } });
      const { content } = reply as { content: readonly { text: string }[] };
      if (content[0]?.text === `${a} + 2 = ${a + 2}`) right++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, callInTurn));
  return right;
}

type Callers = Readonly<Record<'link' | 'polling' | 'ipc', Caller>>;

function task(way: keyof Callers, inFlight: number): MicroTask<Callers> {
  return {
    name: `${way}-${inFlight}`,
    mode: 'async',
    prepare: (callers) => (calls) => run(callers[way], calls, inFlight),
  };
}

export const bench = defineMicroBench<Callers>({
  name: 'socket-link',
  description: 'A small call answered by a child process, by way and by calls in flight',
  baseline: 'link-64',
  setup: () => ({ link: startLink(0), polling: startLink(50), ipc: startIpc() }),
  teardown: (callers) => {
    for (const { child } of Object.values(callers)) child.kill();
  },
  tasks: [
    task('link', 64),
    task('polling', 64),
    task('ipc', 64),
    task('link', 1),
    task('polling', 1),
    task('ipc', 1),
  ],
});
