import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActivityWindow, IDLE } from '../../../../src/cli/serving/activity-window.ts';

type Durations = Parameters<ActivityWindow['record']>[1];

/** Calls of a method of a service so far: `fast` of 1 to 2 µs, `slow` of 1 to 2 ms. */
function calls(...series: readonly [service: string, fast: number, slow: number][]): Durations {
  return {
    'mcp.service.call.duration': series.map(([service, fast, slow], index) => {
      const bucketCounts = Array.from({ length: 23 }, () => 0);
      bucketCounts[1] = fast;
      bucketCounts[10] = slow;
      return {
        tags: { service, method: `method-${index}`, tool: '' },
        value: { count: fast + slow, sumNs: 0, minNs: 0, maxNs: 0, bucketCounts },
      };
    }),
  };
}

describe('ActivityWindow', () => {
  test('knows nothing before it was told anything', () => {
    const { byService, total } = new ActivityWindow().report(5, calls(['a', 9, 0]));
    assert.deepEqual([byService.size, total], [0, IDLE]);
  });

  test('tells the rate and the p99 of what came since, by service and together', () => {
    const window = new ActivityWindow();
    window.record(1_000, calls(['a', 100, 0], ['b', 7, 0]));
    const { byService, total } = window.report(
      3_000,
      calls(['a', 300, 0], ['b', 7, 0], ['a', 0, 100], ['c', 4, 0]),
    );
    assert.equal(byService.get('a')?.callsPerSecond, 150);
    const p99Ns = byService.get('a')?.p99Ns ?? 0;
    assert.ok(p99Ns > 1e6 && p99Ns <= 2e6, String(p99Ns));
    assert.deepEqual(byService.get('b'), IDLE);
    assert.equal(byService.get('c')?.callsPerSecond, 2);
    assert.equal(total.callsPerSecond, 152);
  });

  test('forgets what is older than the window, but for where it begins', () => {
    const window = new ActivityWindow(10_000);
    for (let second = 0; second <= 30; second++) {
      window.record(second * 1_000, calls(['a', second < 20 ? second * 1_000 : 20_000, 0]));
    }
    assert.deepEqual(window.report(30_000, calls(['a', 20_000, 0])).total, IDLE);
    const { total } = window.report(31_000, calls(['a', 20_011, 0]));
    assert.equal(total.callsPerSecond, 1);
  });

  test('looks back as far as it must when nobody told it anything for long', () => {
    const window = new ActivityWindow(10_000);
    window.record(0, calls());
    window.record(60_000, calls(['a', 600, 0]));
    assert.equal(window.report(60_000, calls(['a', 600, 0])).total.callsPerSecond, 10);
  });
});
