import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brokenUsage } from '../../../../src/harness/load/broken-usage.ts';
import type { TargetUsage } from '../../../../src/harness/load/target.ts';

/** A target that gives these answers in turn; `undefined`: none at all. */
function answering(...answers: (number | undefined)[]) {
  const left = [...answers];
  return {
    usage(): Promise<TargetUsage> {
      const cpuNs = left.shift();
      return cpuNs === undefined
        ? new Promise(() => {})
        : Promise.resolve({ cpuNs, rssBytes: cpuNs * 2 });
    },
  };
}

describe('brokenUsage', () => {
  test('passes on what a sound target says', async () => {
    const usage = brokenUsage(answering(5, 9));
    assert.deepEqual(await usage(), { cpuNs: 5, rssBytes: 10 });
    assert.deepEqual(await usage(), { cpuNs: 9, rssBytes: 18 });
  });

  test('keeps the CPU time of processes that are gone', async () => {
    const usage = brokenUsage(answering(100, 20, 30));
    const cpuNs = [(await usage()).cpuNs, (await usage()).cpuNs, (await usage()).cpuNs];
    assert.deepEqual(cpuNs, [100, 100, 110]);
  });

  test('repeats itself rather than wait for one that hangs', async () => {
    const usage = brokenUsage(answering(7, undefined, 8), 5);
    await usage();
    assert.deepEqual(await usage(), { cpuNs: 7, rssBytes: 14 });
    assert.deepEqual(await usage(), { cpuNs: 8, rssBytes: 16 });
  });
});
