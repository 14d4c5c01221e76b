/**
 * Services whose latency is known beforehand, to see whether a harness finds it. Nothing blocks their
 * loop, and they take any number of calls at once: what a call takes is the law, and nothing else. How
 * long that was by their own clock, from arrival to answer, is in the reply.
 */

import { defineService, type ServiceDefinition } from '../../src/runtime/index.ts';
import { Alarm } from './alarm.ts';

/** More than any harness has in flight. */
const UNLIMITED = 1_000_000;

export interface FrozenServiceOptions {
  /** From the end of one freeze to the end of the next. */
  readonly periodMs: number;
  /** How long a freeze lasts. */
  readonly freezeMs: number;
}

/**
 * Answers at once, but for the last `freezeMs` of every period, counted from its own start: a call
 * that comes then is answered when the freeze is over.
 */
export function frozenService({ periodMs, freezeMs }: FrozenServiceOptions): ServiceDefinition {
  const alarm = new Alarm();
  const startedAtMs = performance.now();
  return truthService('frozen', async (nowMs) => {
    const intoPeriodMs = (nowMs - startedAtMs) % periodMs;
    if (intoPeriodMs >= periodMs - freezeMs) await alarm.until(nowMs + periodMs - intoPeriodMs);
  });
}

/** Answers every call after the same time. */
export function constantService({ serviceMs }: { readonly serviceMs: number }): ServiceDefinition {
  const alarm = new Alarm();
  return truthService('constant', (nowMs) => alarm.until(nowMs + serviceMs));
}

export interface TokenBucketOptions {
  readonly ratePerSecond: number;
  /** Calls that are answered at once after a rest. */
  readonly burst: number;
}

/**
 * Answers so many calls a second and no more; others wait for their token, first come, first served.
 * The bucket is kept as the time when it would be full again (GCRA; ITU-T I.371, 1996).
 */
export function tokenBucketService({
  ratePerSecond,
  burst,
}: TokenBucketOptions): ServiceDefinition {
  const alarm = new Alarm();
  const tokenMs = 1_000 / ratePerSecond;
  let fullAtMs = performance.now();
  return truthService('bucket', async (nowMs) => {
    fullAtMs = Math.max(fullAtMs, nowMs) + tokenMs;
    const tokenAtMs = fullAtMs - burst * tokenMs;
    if (tokenAtMs > nowMs) await alarm.until(tokenAtMs);
  });
}

/** @param answer - resolves when a call that has come at `nowMs` is to be answered */
function truthService(name: string, answer: (nowMs: number) => Promise<void>): ServiceDefinition {
  return defineService({
    name,
    concurrency: UNLIMITED,
    maxMailbox: UNLIMITED,
    tools: {
      ask: {
        description: 'Gives back the number, when it is time',
        inputSchema: {
          type: 'object',
          properties: { number: { type: 'integer' } },
          required: ['number'],
        },
        async handler({ number }: { number: number }) {
          const arrivedMs = performance.now();
          await answer(arrivedMs);
          const heldMs = performance.now() - arrivedMs;
          return { content: [], structuredContent: { number, heldMs } };
        },
      },
    },
  }) as ServiceDefinition;
}
