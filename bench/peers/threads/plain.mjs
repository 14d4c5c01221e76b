/** Processes that work in plain loops at the same time: the ceiling for CPU-bound work. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { digest } from './tools.mjs';

const SEEDS = 16;

/**
 * @param {number} count - of processes
 * @param {number} blocks - that make one call's work
 */
export async function startPlainLoops(count, blocks) {
  const expected = Array.from({ length: SEEDS }, (_, seed) => digest(seed, blocks));
  const children = Array.from({ length: count }, () =>
    fork(new URL('plain-child.mjs', import.meta.url)),
  );
  await Promise.all(children.map((child) => once(child, 'spawn')));
  return {
    /** @param {number} durationMs */
    callsPerSecond: async (durationMs) => {
      const answers = await Promise.all(
        children.map(async (child) => {
          child.send({ blocks, durationMs, expected });
          const [answer] = await once(child, 'message');
          if (answer.error !== undefined) throw new Error(answer.error);
          return answer.callsPerSecond;
        }),
      );
      return answers.reduce((sum, rate) => sum + rate, 0);
    },
    stop: () => {
      for (const child of children) child.kill();
    },
  };
}
