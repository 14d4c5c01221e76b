/**
 * The memory of histograms is there before anything is measured: V8 looks for garbage when it grows, at the cost of the block that
 * runs then. In a process whose histograms nobody else has used.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planCalls } from '../../../src/harness/load/call-plan.ts';
import { collectGarbage } from '../../../src/harness/load/collect-garbage.ts';
import { measureCase } from '../../../src/harness/load/measure.ts';
import { destroyBlock } from '../../../src/harness/load/rate-prober.ts';
import type { OpenLoad } from '../../../src/harness/load/resolve-load.ts';
import { seededRandom } from '../../../src/harness/stats/random.ts';
import { echoCase, echoTarget } from '../../helpers/fake-target.ts';

const ROUNDS = 20;
const STAGE = { durationMs: 5, fromPerSecond: 1_000, toPerSecond: 1_000 };
const AT_A_RATE: OpenLoad = {
  process: 'constant',
  stages: [STAGE],
  callers: 10,
  maxInFlight: 10,
  workers: 1,
};
/** Their memory doubles, from more than this. */
const LIMIT_BYTES = 10e6;

/** By how much memory outside V8's heap had grown at most, from the first round to the last. */
async function grownBytes(parts: { readonly open?: OpenLoad }): Promise<number> {
  const seen: number[] = [];
  const contestants = ['a', 'b'].map((variant) => ({ variant, target: echoTarget() }));
  const warmupMs = 1e-6; // over before it has begun
  const load = { concurrency: 1, batch: 1, durationMs: 100, calls: 100, rounds: ROUNDS, warmupMs };
  const measured = await measureCase(
    planCalls(echoCase(), seededRandom(1)),
    contestants,
    { ...load, ...parts },
    {
      reference: 'a',
      signal: new AbortController().signal,
      onProgress: () => {},
      onStep: (where) => {
        if (!where.includes('round')) return;
        if (seen.length === 0) collectGarbage(); // before that, not all of the memory is told
        seen.push(process.memoryUsage().external);
      },
    },
  );
  const blocks = [...measured.variants.flatMap((each) => each.blocks), ...measured.twin];
  for (const block of blocks) destroyBlock(block);
  assert.deepEqual([seen.length, blocks.length], [3 * ROUNDS, 3 * ROUNDS]);
  return Math.max(...seen) - (seen[0] as number);
}

for (const [loop, parts] of [
  ['closed', {}],
  ['open', { open: AT_A_RATE }],
] as const) {
  test(`no block of the ${loop} loop makes room for those after it`, async () => {
    const grown = await grownBytes(parts);
    assert.ok(grown < LIMIT_BYTES, `${grown} bytes`);
  });
}
