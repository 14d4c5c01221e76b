/**
 * A process that does the work of `burn` in a plain loop, and nothing else: what a core can do at
 * best. Asked with `{ blocks, durationMs, expected }`, it answers with its rate, or with the error.
 */

import { digest } from './tools.mjs';

process.on('message', ({ blocks, durationMs, expected }) => {
  const startedMs = performance.now();
  let nowMs = startedMs;
  let done = 0;
  while (nowMs - startedMs < durationMs) {
    const seed = done % expected.length;
    if (digest(seed, blocks) !== expected[seed]) {
      process.send({ error: `a plain loop found another digest of ${seed}` });
      return;
    }
    done++;
    nowMs = performance.now();
  }
  process.send({ callsPerSecond: (done / (nowMs - startedMs)) * 1e3 });
});
