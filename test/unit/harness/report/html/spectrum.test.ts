import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { latencySpectrum } from '../../../../../src/harness/report/html/spectrum.ts';
import { histogramOf, sampleScenario, sampleVariant } from '../../../../helpers/sample-record.ts';

/** 1 to 1,000 µs, once each. */
const THOUSAND = histogramOf(Array.from({ length: 1_000 }, (_, i) => (i + 1) * 1e3));

describe('The percentile spectrum', () => {
  const chart = latencySpectrum(
    sampleScenario('x', [
      sampleVariant('native', 1e3, { histogram: THOUSAND }),
      sampleVariant('json', 1e3, { histogram: histogramOf([]) }),
    ]),
  );
  const at = (tail: number, series = 0) => chart?.series[series]?.values[chart.x.indexOf(tail)];

  test('has the value of each percentile of the histogram at 1 / (1 − p)', () => {
    for (const [tail, us] of [
      [2, 500],
      [4, 750],
      [10, 900],
      [100, 990],
      [1_000, 1_000],
    ] as const) {
      const found = at(tail) ?? 0;
      assert.ok(Math.abs(found / (us * 1e3) - 1) < 2e-3, `${tail}: ${found}`);
    }
  });

  test('ends at the last call', () => {
    assert.equal(chart?.series[0]?.values[chart.x.indexOf(10_000)], null);
  });

  test('takes the percentiles of the summary where the histogram is empty', () => {
    assert.equal(at(100, 1), 4_000);
    assert.equal(at(10_000, 1), 60_000);
  });

  test('has a band from the lowest to the highest round, where rounds have percentiles', () => {
    const rounds = [1, 3, 2].map((factor, round) => ({
      ...(sampleVariant('native', 1e3 * factor).rounds[0] as object),
      round: round + 1,
      calls: 200,
    }));
    const band = latencySpectrum(
      sampleScenario('x', [
        sampleVariant('native', 1e3, { histogram: THOUSAND, rounds: rounds as never }),
      ]),
    );
    const values = (edge: 'low' | 'high', tail: number) =>
      band?.series[0]?.band?.[edge][band.x.indexOf(tail)];
    assert.deepEqual([values('low', 2), values('high', 2)], [1e3, 3e3]);
    assert.deepEqual([values('low', 100), values('high', 100)], [4e3, 12e3]);
    assert.equal(values('low', 1), null, 'rounds keep no minimum');
    assert.equal(values('high', 1_000), null, 'a round of 200 calls has no p99.9');
    const between = values('low', 5.012) ?? 0;
    assert.ok(between > 1e3 && between < 1.3e3, String(between));
  });

  test('is not there when nothing was timed', () => {
    assert.equal(latencySpectrum(sampleScenario('x', [])), undefined);
  });
});
