import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderFigure } from '../../../../../src/harness/report/html/figure.ts';
import { maxRateChart } from '../../../../../src/harness/report/html/max-rate-chart.ts';
import { assertGolden } from '../../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../../helpers/hostile-names.ts';
import { openVariant, sampleMaxRate, sampleScenario } from '../../../../helpers/sample-record.ts';

/** Two variants whose highest rate was looked for, and one of which it was not. */
function searched(mark = '') {
  const { evidence, ...outcome } = sampleMaxRate();
  const [failed, held] = evidence;
  assert.ok(failed !== undefined && held !== undefined);
  return sampleScenario(`token-bucket${mark}`, [
    openVariant(`native${mark}`, { maxRate: { ...outcome, evidence } }),
    openVariant(`http${mark}`, {
      maxRate: {
        ...outcome,
        evidence: [{ ...held, ratePerSecond: 120, p99: 9e6 }, failed, { ...held, p99: 31e6 }],
      },
    }),
    openVariant(`stdio${mark}`),
  ]);
}

describe('The chart of tried rates', () => {
  test('is what it was', () => {
    const chart = maxRateChart(searched()) ?? assert.fail('there are tries');
    assertGolden('max-rate-chart.html', renderFigure(chart).text);
  });

  test('has dots where a rate held, diamonds where it did not, and nothing where it was not tried', () => {
    const { x, series } = maxRateChart(searched()) ?? assert.fail('there are tries');
    assert.deepEqual(x, [120, 495, 507]);
    assert.deepEqual(
      series.map(({ group, figure, style, values }) => [group, figure, style, values]),
      [
        ['native', 'held', 'dots', [null, 4e6, null]],
        ['native', 'did not', 'diamonds', [null, null, 80e6]],
        ['http', 'held', 'dots', [9e6, 31e6, null]],
        ['http', 'did not', 'diamonds', [null, null, 80e6]],
      ],
    );
  });

  test('is left out where no rate was looked for', () => {
    assert.equal(maxRateChart(sampleScenario('x', [openVariant('native')])), undefined);
  });

  test('keeps hostile names harmless', () => {
    for (const [index, name] of HOSTILE_NAMES.entries()) {
      const chart = maxRateChart(searched(name)) ?? assert.fail('there are tries');
      assert.doesNotMatch(renderFigure(chart).text, /<img|<svg|[\p{Cf}\p{Cs}]/u, `${index}`);
    }
  });
});
