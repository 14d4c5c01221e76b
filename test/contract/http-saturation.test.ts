/** What `http-saturation` does beyond the call contract: it drives its blocks itself. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { planCalls } from '../../src/harness/load/call-plan.ts';
import { BlockRecorder } from '../../src/harness/load/recorder.ts';
import type { Operation } from '../../src/harness/load/scenario.ts';
import type { BlockOrder, Target } from '../../src/harness/load/target.ts';
import { LatencyHistogram } from '../../src/harness/stats/latency-histogram.ts';
import { seededRandom } from '../../src/harness/stats/random.ts';
import { httpSaturationVariant } from '../../src/harness/variants/http-saturation.ts';
import { blockOrder } from '../helpers/fake-target.ts';

type Reply = { structuredContent: { sum: number } };

const ADD: Operation = {
  name: 'add',
  service: 'contract',
  tool: 'add',
  input: (random) => ({ a: Math.floor(random() * 1e6), b: 1 }),
  check: ({ structuredContent: { sum } }: Reply, { a, b }: { a: number; b: number }) =>
    sum === a + b ? undefined : `${sum} is not ${a} + ${b}`,
};

describe('a block that http-saturation drives', () => {
  let target: Target;

  before(async () => {
    const module = new URL('../helpers/contract-service.js', import.meta.url).href;
    const options = { concurrency: 64 };
    const source = { module, export: 'contractService', options };
    target = await httpSaturationVariant.open({ contract: source });
  });

  after(() => target.close());

  async function drive(operations: readonly Operation[], order: Partial<BlockOrder>) {
    const recorder = new BlockRecorder();
    const plan = planCalls(
      { name: '', operations, order: 'in-order', inputs: 50 },
      seededRandom(1),
    );
    const startedAtMs = performance.now();
    const durationMs = await target.drive?.(plan, blockOrder(order), recorder);
    assert.ok(durationMs !== undefined);
    return { recorder, durationMs, wallMs: performance.now() - startedAtMs };
  }

  test('makes exactly as many calls as ordered, and times each', async () => {
    for (const order of [
      { calls: 200, concurrency: 3, batch: 2 },
      { calls: 2, concurrency: 8 },
    ]) {
      const { recorder, durationMs, wallMs } = await drive([ADD], order);
      assert.equal(recorder.firstFailure, undefined);
      assert.equal(recorder.succeeded, order.calls);
      assert.equal(recorder.calls, order.calls);
      assert.ok(durationMs > 0 && durationMs <= wallMs);
      const latency = new LatencyHistogram();
      recorder.latency.drainInto(latency);
      const { min, max } = latency.summary();
      latency.destroy();
      assert.ok(min > 50_000, `${min} ns is no HTTP call`);
      assert.ok(max <= wallMs * 1e6);
    }
  });

  test('checks every reply: a wrong one is a failure', async () => {
    const wrong: Operation = { ...ADD, name: 'wrong', check: () => 'not what I wanted' };
    const { recorder } = await drive([ADD, wrong], { calls: 100, concurrency: 2 });
    assert.equal(recorder.checksFailed, 50);
    assert.equal(recorder.succeeded, 50);
    assert.equal(recorder.firstFailure, 'wrong: wrong reply: not what I wanted');
  });

  test('counts what is refused by its code', async () => {
    const misspelled: Operation = { ...ADD, name: 'misspelled', tool: 'ad' };
    const incomplete: Operation = { ...ADD, name: 'incomplete', input: () => ({ a: 1 }) };
    const { recorder } = await drive([ADD, misspelled, incomplete], { calls: 30 });
    assert.equal(recorder.succeeded, 10);
    assert.deepEqual(Object.fromEntries(recorder.errors), {
      ERR_UNKNOWN_TOOL: 10,
      ERR_INVALID_PARAMS: 10,
    });
    assert.match(recorder.firstFailure ?? '', /misspelled: Unknown tool: ad/);
  });

  test('reaches methods too, with bytes as bytes', async () => {
    const { tool: _tool, ...byMethod } = ADD;
    const operations: Operation[] = [
      {
        ...byMethod,
        method: 'resources/read',
        input: () => ({ uri: 'contract://blob' }),
        check: ({ contents }: { contents: { blob: unknown }[] }) =>
          contents[0]?.blob instanceof Uint8Array ? undefined : 'no bytes',
      },
      {
        ...byMethod,
        method: 'bare',
        input: () => ({ reply: 'text' }),
        check: (reply: unknown) => (reply === 'text' ? undefined : JSON.stringify(reply)),
      },
    ];
    const { recorder } = await drive(operations, { calls: 20, concurrency: 2 });
    assert.equal(recorder.firstFailure, undefined);
    assert.equal(recorder.succeeded, 20);
  });

  test('ends when its time is over', async () => {
    const { recorder, durationMs, wallMs } = await drive([ADD], {
      durationMs: 150,
      concurrency: 2,
    });
    assert.ok(recorder.succeeded > 0);
    assert.equal(recorder.failed, 0);
    assert.ok(durationMs >= 140 && durationMs <= wallMs, `${durationMs} ms of ${wallMs} ms`);
  });

  test('ends on the signal', async () => {
    const controller = new AbortController();
    let replies = 0;
    const counted: Operation = {
      ...ADD,
      check() {
        if (++replies === 20) controller.abort();
        return undefined;
      },
    };
    const { recorder } = await drive([counted], {
      durationMs: 3_600_000,
      concurrency: 2,
      signal: controller.signal,
    });
    assert.ok(recorder.succeeded >= 20);
  });

  test('outlasts its time until there is one reply: a block without any would be none', async () => {
    const slow: Operation = {
      ...ADD,
      tool: 'slow',
      input: () => ({ ms: 120 }),
      check: () => undefined,
    };
    const { recorder } = await drive([slow], { durationMs: 20 });
    assert.equal(recorder.succeeded, 1);
  });
});
