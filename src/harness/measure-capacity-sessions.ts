/**
 * What a session takes that a client keeps open: the slope of resident memory over sessions of servers that have done nothing else.
 * After a load they would lie in memory that it has left, and seem to take none.
 */

import type { ServiceSource } from './load/scenario.ts';
import type { Target, Variant } from './load/target.ts';
import { FEWEST_SAMPLES, theilSenSlope } from './stats/theil-sen.ts';

export interface SessionOptions {
  readonly signal: AbortSignal;
  /** What is being done, in words. */
  readonly onStep: (step: string) => void;
}

/** Sessions between two looks at the memory, and looks. */
const STEP = 40;
const LOOKS = 15;
/** Longest time for all of them; where a session is a process, that is for a few. */
const MOST_MS = 4_000;

/** Bytes of the serving processes for each further session, >= 0; `null` where the variant keeps none. */
export async function bytesPerSession(
  variant: Variant,
  sources: Readonly<Record<string, ServiceSource>>,
  options: SessionOptions,
): Promise<number | null> {
  const target = await variant.open(sources);
  try {
    return await slopeOf(target, options);
  } finally {
    await target.close();
  }
}

async function slopeOf(target: Target, { signal, onStep }: SessionOptions): Promise<number | null> {
  const open = target.openSession?.bind(target);
  if (open === undefined) return null;
  onStep('sessions that stay open');
  const untilMs = performance.now() + MOST_MS;
  const looks: { x: number; y: number }[] = [];
  let sessions = 0;
  const look = async () => looks.push({ x: sessions, y: (await target.usage()).rssBytes });
  await look();
  while (looks.length <= LOOKS && performance.now() < untilMs && !signal.aborted) {
    // A session that is a process is large enough to be looked at one by one.
    const startedAtMs = performance.now();
    for (let step = 0; step < STEP && !signal.aborted; step++) {
      // oxlint-disable-next-line no-await-in-loop -- opened together they would need more than they keep
      await open();
      sessions++;
      if (performance.now() - startedAtMs > MOST_MS / LOOKS) break;
    }
    // oxlint-disable-next-line no-await-in-loop
    await look();
  }
  return looks.length < FEWEST_SAMPLES ? null : Math.max(0, theilSenSlope(looks).median);
}
