import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  ResourceMeter,
  type ResourceUse,
  usedTogether,
} from '../../../../src/harness/load/resource-meter.ts';
import { NO_USAGE } from '../../../../src/harness/load/target.ts';

/** Bytes of an array of doubles on the heap, a little header apart. */
const ARRAY_ITEMS = 1_000;
const ARRAY_BYTES = ARRAY_ITEMS * 8;

const TEMPLATE = Array.from({ length: ARRAY_ITEMS }, () => 1.5);
const kept: { last: unknown } = { last: undefined };

/** Allocates and drops `count` arrays; the field keeps the optimizer from leaving them out. */
function allocate(count: number): void {
  for (let index = 0; index < count; index++) kept.last = TEMPLATE.slice();
}

async function measured(work: () => void) {
  const meter = new ResourceMeter(async () => NO_USAGE);
  await meter.start();
  work();
  return meter.stop();
}

describe('usedTogether', () => {
  test('adds up what threads have of their own, and takes what is the process’s once', () => {
    const use = (bytes: number, utilization: number, pauseNs: number): ResourceUse => ({
      cpuNs: 7,
      allocatedBytes: bytes,
      eventLoopUtilization: utilization,
      gcPauseNs: { count: 1, total: pauseNs, max: pauseNs },
      rssBytes: 9,
    });
    assert.deepEqual(usedTogether(use(1, 0.01, 5), [use(10, 0.5, 30), use(100, 0.7, 20)]), {
      cpuNs: 7,
      allocatedBytes: 111,
      eventLoopUtilization: 0.6,
      gcPauseNs: { count: 3, total: 55, max: 30 },
      rssBytes: 9,
    });
  });
});

describe('ResourceMeter', () => {
  test('counts what was allocated, though most of it has been collected', async () => {
    await measured(() => allocate(1_000));
    const count = 20_000;
    const { allocatedBytes, gcPauseNs } = await measured(() => allocate(count));
    const ratio = allocatedBytes / (count * ARRAY_BYTES);
    assert.ok(ratio > 0.97 && ratio < 1.06, `${allocatedBytes} bytes: ${ratio}`);
    assert.ok(gcPauseNs.count > 0, '160 MB without a collection');
    assert.ok(gcPauseNs.max > 0 && gcPauseNs.max <= gcPauseNs.total);
  });

  test('counts next to nothing when nothing is allocated', async () => {
    const { allocatedBytes } = await measured(() => {});
    assert.ok(allocatedBytes < 200_000, `${allocatedBytes} bytes`);
  });

  test('counts the CPU time of this process', async () => {
    const { cpuNs, eventLoopUtilization } = await measured(() => {
      const startedAt = process.cpuUsage();
      while (process.cpuUsage(startedAt).user + process.cpuUsage(startedAt).system < 30_000);
    });
    assert.ok(cpuNs >= 30e6, `${cpuNs} ns`);
    assert.ok(eventLoopUtilization > 0 && eventLoopUtilization <= 1);
  });

  test("adds what the target's processes have used meanwhile, and their size", async () => {
    const usages = [
      { cpuNs: 5e12, rssBytes: 1e12 },
      { cpuNs: 7e12, rssBytes: 2e12 },
    ];
    const meter = new ResourceMeter(async () => usages.shift() ?? NO_USAGE);
    await meter.start();
    const { cpuNs, rssBytes } = await meter.stop();
    assert.ok(cpuNs >= 2e12 && cpuNs < 2.1e12, `${cpuNs} ns`);
    assert.ok(rssBytes > 2e12 && rssBytes < 2.1e12, `${rssBytes} bytes`);
  });

  test('charges nothing less than its own when a process of the target has ended', async () => {
    const usages = [{ cpuNs: 5e12, rssBytes: 1e12 }, NO_USAGE];
    const meter = new ResourceMeter(async () => usages.shift() ?? NO_USAGE);
    await meter.start();
    const { cpuNs } = await meter.stop();
    assert.ok(cpuNs >= 0, `${cpuNs} ns`);
  });
});
