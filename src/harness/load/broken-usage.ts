/**
 * Usage of a target whose processes are being broken: one that hangs cannot tell, and one that has
 * died takes what it had used with it.
 *
 * So nobody waits long for an answer – the last one stands instead – and CPU time never goes back:
 * what is missing from one look to the next was that of a process that is gone.
 */

import type { Target, TargetUsage } from './target.ts';
import { NO_USAGE } from './target.ts';

const PATIENCE_MS = 50;

/** A look at the target's usage that is answered soon, and whose CPU time only grows. */
export function brokenUsage(
  target: Pick<Target, 'usage'>,
  patienceMs = PATIENCE_MS,
): () => Promise<TargetUsage> {
  let last = NO_USAGE;
  let goneCpuNs = 0;
  return async () => {
    const seen = await within(target.usage(), patienceMs);
    if (seen !== undefined) {
      if (seen.cpuNs < last.cpuNs) goneCpuNs += last.cpuNs - seen.cpuNs;
      last = seen;
    }
    return { ...last, cpuNs: last.cpuNs + goneCpuNs };
  };
}

/** What the promise resolves with, or `undefined` when it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
