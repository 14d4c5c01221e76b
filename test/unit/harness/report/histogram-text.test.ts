import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderHistograms } from '../../../../src/harness/report/histogram-text.ts';
import type { RunRecord } from '../../../../src/harness/results/run-record.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import {
  histogramOf,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../helpers/sample-record.ts';

function recordOf(latenciesNs: readonly number[], name = 'native'): RunRecord {
  const variant = sampleVariant(name, 100, { histogram: histogramOf(latenciesNs) });
  return sampleRecord({ scenarios: [sampleScenario('calc', [variant])] });
}

describe('A histogram in the terminal', () => {
  /** 1 to 1,000 µs: a thousand calls. */
  const thousand = Array.from({ length: 1_000 }, (_, i) => (i + 1) * 1e3);

  test('looks as agreed', () => {
    assertGolden('histogram.txt', renderHistograms(recordOf(thousand)));
  });

  test('has a share for every call, and shares that come to the whole', () => {
    const rows = [...renderHistograms(recordOf(thousand)).matchAll(/(\d+\.\d+) %/g)];
    const sum = rows.reduce((total, [, share]) => total + Number(share), 0);
    assert.ok(Math.abs(sum - 100) < 1, String(sum));
  });

  test('is one row where all calls took the same time, and nothing where none was timed', () => {
    assert.match(
      renderHistograms(recordOf([5_000, 5_000])),
      /^calc on native: 2 calls\n[^\n]*100\.0 %[^\n]*\n$/,
    );
    assert.equal(renderHistograms(recordOf([])), '');
  });

  test('fits 120 columns, and lets no name move the cursor', () => {
    const text = renderHistograms(recordOf(thousand, '\u001b[2J'));
    assert.ok(!text.includes(String.fromCodePoint(27)));
    for (const line of text.split('\n')) assert.ok(line.length <= 120, line);
  });
});
