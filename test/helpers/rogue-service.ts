/** A service that can do everything a service must not, for tests of what its isolation contains. */

import { spawn } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { defineService, type ServiceDefinition } from '../../src/runtime/index.ts';
import { ringWrittenBy } from '../../src/runtime/scheduler/lane/lane-memory.ts';
import type { ThreadData } from '../../src/runtime/scheduler/scheduler-thread.ts';

/** Ways to take memory without end. */
export const GROWTHS = ['map', 'array', 'string', 'buffers', 'giant'] as const;
export type Growth = (typeof GROWTHS)[number];

export const ROGUE_MODULE = import.meta.url;

/** Keeps what grows reachable. */
const kept: unknown[] = [];

function grow(growth: unknown): never {
  const map = new Map<string, number>();
  const array: number[] = [];
  let text = 'grow';
  kept.push(map, array);
  for (let index = 0; ; index++) {
    if (growth === 'map') map.set(`k${index}`, index);
    else if (growth === 'array') array.push(index);
    else if (growth === 'buffers') kept.push(new Uint8Array(2 ** 20).fill(1));
    // oxlint-disable-next-line unicorn/no-new-array -- one allocation is the point
    else if (growth === 'giant') kept.push(new Array(1e8).fill(index));
    else {
      text += text;
      // Flat, so that the text takes what its length says.
      kept.push(Buffer.from(text, 'latin1').toString('latin1'));
    }
  }
}

export interface RogueOptions {
  /** Makes `init` throw this. */
  readonly failStart?: string;
}

export function rogueService({ failStart }: RogueOptions = {}): ServiceDefinition<void> {
  return defineService<void>({
    name: 'rogue',
    concurrency: 4,
    maxMailbox: 100,
    init() {
      if (failStart !== undefined) throw new Error(failStart);
    },
    methods: {
      echo: (params) => params,
      /** Reports progress, then never lets its thread go. */
      block(_params, context) {
        context.progress(1);
        for (;;);
      },
      /** Replies that it begins by its progress; no end of a thread interrupts it. */
      blockNatively(iterations, context) {
        context.progress(1);
        return pbkdf2Sync('', '', iterations, 64, 'sha512').length;
      },
      throw() {
        throw new TypeError('thrown on request');
      },
      throwLater: async () => {
        setTimeout(() => {
          throw new RangeError('thrown by a timer');
        });
        await sleep(60_000, undefined, { ref: false });
      },
      exit: () => process.exit(7),
      /** Gives its link with the host, which is open at 3, to a process of its own; replies who that is. */
      bequeath: () => spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', 3] }).pid,
      /** Writes over what its lane says to the host, and wakes it to see. */
      scribble(): never {
        const { end } = workerData as ThreadData;
        const { startByte, bytes, tailWord } = ringWrittenBy('server');
        new Uint8Array(end.memory, startByte, bytes).fill(0x55);
        Atomics.add(new Int32Array(end.memory), tailWord, 64);
        end.wakePort.postMessage(0);
        for (;;);
      },
      grow: (growth) => grow(growth),
      wait: async (ms) => sleep(ms as number, ms),
      unsendable: () => ({ callback: () => 1 }),
      log(params, { log }) {
        log.warn({ params }, 'said by the service');
      },
    },
  });
}
