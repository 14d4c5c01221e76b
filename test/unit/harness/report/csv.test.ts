import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderSummaryCsv } from '../../../../src/harness/report/csv.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import {
  openVariant,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../helpers/sample-record.ts';

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n)/gy;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '\n') rows.push([]);
  }
  assert.deepEqual(rows.pop(), [], 'every row ends with a newline');
  return rows;
}

/** The rows as objects. */
function records(text: string): Record<string, string>[] {
  const [header = [], ...rows] = parseCsv(text);
  return rows.map((row) => {
    assert.equal(row.length, header.length);
    return Object.fromEntries(header.map((name, i) => [name, row[i] ?? '']));
  });
}

describe('summary.csv', () => {
  test('looks as agreed', () => {
    assertGolden('summary.csv', renderSummaryCsv([sampleRecord()]));
  });

  test('has a row for each variant of each scenario, with figures that come back exactly', () => {
    const record = sampleRecord();
    const rows = records(renderSummaryCsv([record]));
    assert.equal(rows.length, 10);
    const native = record.scenarios[0]?.variants[1];
    const row = rows[1] ?? {};
    assert.equal(row['variant'], 'native');
    assert.equal(Number(row['calls_per_second']), native?.throughputPerSecond.median);
    assert.equal(Number(row['latency_p99_ns']), native?.latencyNs.p99);
    assert.equal(row['is_steady'], 'true');
    assert.equal(rows[5]?.['is_steady'], 'false');
  });

  test('has the times of an open loop, each under its own name', () => {
    const variant = openVariant('native');
    const scenarios = [sampleScenario('open', [variant])];
    const [row = {}] = records(renderSummaryCsv([sampleRecord({ scenarios })]));
    const { latencyNs, serviceNs, lagNs, heldNs, openLoop } = variant;
    const times = { latency: latencyNs, service: serviceNs, lag: lagNs, held: heldNs };
    for (const [name, summary] of Object.entries({ ...times, pacing: openLoop?.pacingNs })) {
      assert.equal(row[`${name}_p50_ns`], String(summary?.p50), name);
      assert.equal(row[`${name}_p99_ns`], String(summary?.p99), name);
    }
  });

  test('leaves empty what does not exist', () => {
    const unknown = { median: 5, low: 0, high: Number.MAX_VALUE };
    const [row = {}] = records(
      renderSummaryCsv([
        sampleRecord({
          scenarios: [sampleScenario('x', [sampleVariant('native', 5, { nsPerCall: unknown })])],
        }),
      ]),
    );
    for (const name of ['ns_per_call_low', 'ns_per_call_high', 'batch_p50_ns', 'payload_bytes']) {
      assert.equal(row[name], '', name);
    }
    assert.equal(row['ratio_to_json'], '');
    assert.equal(row['ns_per_call'], '5');
  });

  test('gives no name to a spreadsheet as a formula', () => {
    for (const name of HOSTILE_NAMES) {
      const [row = {}] = records(
        renderSummaryCsv([
          sampleRecord({ scenarios: [sampleScenario(name, [sampleVariant(name, 5)])] }),
        ]),
      );
      assert.doesNotMatch(row['scenario'] ?? '', /^[=+\-@\t\r]/);
      assert.ok((row['variant'] ?? '').endsWith(name));
    }
  });
});
