/** Contenders at rest, each in a process of its own, all at the same time: they cost no more so. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * After the last of them has started, until the first window: V8 collects heaps that have come to
 * rest some ten seconds later, of every thread, and again.
 */
const SETTLE_MS = 25_000;

/**
 * @param {readonly { name: string, family: string, size: number }[]} contenders - `size`: threads
 *   or processes; one that is called otherwise than any of the suite's is a process that does nothing
 * @param {number} windows
 * @param {number} windowMs
 * @returns {Promise<import('./rounds.mjs').Measured[]>}
 */
export async function measureIdle(contenders, windows, windowMs) {
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = [];
  try {
    for (const { name, size } of contenders) {
      const child = fork(new URL('idle-child.mjs', import.meta.url), [name, String(size)]);
      children.push(child);
      await messageFrom(child, name); // one after another: they work for a moment first
    }
    await sleep(SETTLE_MS);
    return await Promise.all(
      contenders.map(async ({ name, family }, index) => {
        children[index].send({ windows, windowMs });
        const { percents } = await messageFrom(children[index], name);
        return { name, family, rounds: percents.map((cpuPercent) => ({ cpuPercent })) };
      }),
    );
  } finally {
    for (const child of children) child.kill();
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} name
 */
async function messageFrom(child, name) {
  const ended = new AbortController();
  const { signal } = ended;
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message),
      once(child, 'exit', { signal }).then(([code]) => {
        throw new Error(`'${name}' at rest: its process ended with ${code}`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}
