/** Contract, part 3: many calls at once, order, and progress. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TargetCallOptions } from '../../src/harness/load/target.ts';
import { type ContractBench, structureOf, TOGETHER } from './contract-bench.ts';

/** The options of a call whose steps are kept as they come. */
function keeping(steps: unknown[], progressToken?: string | number): TargetCallOptions {
  const onProgress = (step: unknown) => void steps.push(step);
  return progressToken === undefined ? { onProgress } : { onProgress, progressToken };
}

export function testConcurrency(bench: ContractBench, overtaking: 'never' | 'possible'): void {
  const calls = Array.from({ length: TOGETHER }, (_, index) => index);

  const countTogether = async (): Promise<number[]> => {
    const replies = calls.map(() => bench.structure('serial', 'counter'));
    return (await Promise.all(replies)).map((reply) => (reply as { value: number }).value);
  };

  describe('calls in flight together', () => {
    test('each get their own reply', async () => {
      const replies = calls.map((index) => bench.structure('many', 'echo', { index }));
      assert.deepEqual(
        await Promise.all(replies),
        calls.map((index) => ({ index })),
      );
    });

    test('are answered as they end: a slow one holds up no other', async () => {
      const running = await bench.occupy('many');
      const replies = calls.map((index) => bench.structure('many', 'echo', { index }));
      assert.deepEqual(
        await Promise.all(replies),
        calls.map((index) => ({ index })),
      );
      await bench.release(running); // it was still under way
    });

    test('are handled together by a service that allows it', async () => {
      const running = await Promise.all(calls.slice(0, 16).map(() => bench.occupy('many')));
      await Promise.all(running.map((each) => bench.release(each)));
    });

    test('are handled one by one by a service that does not', async () => {
      const startedAtMs = performance.now();
      await Promise.all([1, 2, 3, 4].map(() => bench.tool('serial', 'slow', { ms: 15 })));
      assert.ok(performance.now() - startedAtMs >= 4 * 14);
    });

    test('are each handled once', async () => {
      const { counter } = await bench.counts('serial');
      const values = await countTogether();
      assert.deepEqual(
        values.toSorted((a, b) => a - b),
        calls.map((index) => counter + index + 1),
      );
    });

    if (overtaking === 'never') {
      test('are handled in the order in which they were made', async () => {
        const values = await countTogether();
        assert.deepEqual(
          values,
          values.toSorted((a, b) => a - b),
        );
      });
    }

    test('fail alone', async () => {
      const outcomes = await Promise.allSettled(
        calls.map((index) => bench.tool('many', 'add', { a: index, b: index % 2 === 0 ? 1 : 'x' })),
      );
      assert.deepEqual(
        outcomes.map((each) => (each.status === 'fulfilled' ? structureOf(each.value) : 'failed')),
        calls.map((index) => (index % 2 === 0 ? { sum: index + 1 } : 'failed')),
      );
    });
  });

  test('calls made one after the other are handled in that order', async () => {
    const { counter } = await bench.counts('serial');
    for (let index = 1; index <= 8; index++) {
      assert.deepEqual(await bench.structure('serial', 'counter'), { value: counter + index });
    }
  });

  describe('progress', () => {
    for (const token of [undefined, 'mine', 0]) {
      const with_ = token === undefined ? 'no token' : `the token ${JSON.stringify(token)}`;
      test(`comes step by step, before the reply, with ${with_}`, async () => {
        const steps: unknown[] = [];
        await bench.tool('many', 'progress', { steps: 20 }, keeping(steps, token));
        const expected = Array.from({ length: 20 }, (_, index) => ({
          progress: index + 1,
          total: 20,
          message: `step ${index + 1} of 20`,
          ...(token === undefined ? {} : { progressToken: token }),
        }));
        assert.deepStrictEqual(steps.slice(), expected);
      });
    }

    test('of calls in flight together reaches the caller that it belongs to', async () => {
      const counts = await Promise.all(
        [1, 2, 3, 4, 5].map(async (steps) => {
          const seen: unknown[] = [];
          await bench.tool('many', 'progress', { steps }, keeping(seen));
          return seen.length;
        }),
      );
      assert.deepEqual(counts, [1, 2, 3, 4, 5]);
    });
  });
}
