import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ScenarioTable,
  tabulateScenario,
} from '../../../../src/harness/report/scenario-table.ts';
import type {
  ScenarioRecord,
  ThresholdOutcome,
} from '../../../../src/harness/results/run-record.ts';
import { groupByScenario } from '../../../../src/harness/results/scenario-group.ts';
import { sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

function tableOf(...records: ScenarioRecord[]): ScenarioTable {
  const [group, ...others] = groupByScenario(records);
  assert.ok(group !== undefined && others.length === 0, 'records of one scenario');
  return tabulateScenario(group);
}

const native = sampleVariant('native', 150);
const json = sampleVariant('json', 6_000);

function withFloor(name: string, noiseFloor: number): ScenarioRecord {
  const scenario = sampleScenario(name, [native, json]);
  const comparisons = scenario.comparisons.map((pair) => ({ ...pair, noiseFloor }));
  return { ...scenario, comparisons };
}

function outcomes(expression: string, passed: Record<string, boolean>): ThresholdOutcome[] {
  return Object.entries(passed).map(([variant, isKept]) => ({
    expression,
    metric: 'errors',
    variant,
    observed: isKept ? 0 : 0.25,
    passed: isKept,
  }));
}

describe('the table of a scenario', () => {
  test('has a section a case, with ratios within the case', () => {
    const { name, sections, header } = tableOf(
      sampleScenario('sweep/small', [native, json]),
      sampleScenario('sweep/large', [sampleVariant('native', 600), json]),
    );
    assert.equal(name, 'sweep');
    const ratios = sections.map(({ title, rows }) => [
      title,
      ...rows.map((row) => row.cells.at(-1)),
    ]);
    assert.equal(header.at(-1), 'vs json');
    assert.deepEqual(ratios, [
      ['small', '×40.0 [38.8–41.2]', '×1'],
      ['large', '×10.0 [9.7–10.3]', '×1'],
    ]);
  });

  test("says of whom the CPU is where the server's is not known", () => {
    const foreign = sampleVariant('http', 150, { usageOf: 'caller' });
    const { notes, sections } = tableOf(sampleScenario('calc', [native, foreign]));
    assert.match(notes[0]?.text ?? '', /^CPU is the caller's alone/);
    assert.deepEqual(
      sections[0]?.rows.map(({ marks }) => marks),
      ['', '¹'],
    );
  });

  test('has one section without a title where the scenario names no case', () => {
    assert.deepEqual(
      tableOf(sampleScenario('calc', [native])).sections.map(({ title }) => title),
      [''],
    );
  });

  test('keeps figures under their header when a case lacks a baseline', () => {
    const { header, sections } = tableOf(
      sampleScenario('sweep/all', [native, json]),
      sampleScenario('sweep/some', [native]),
    );
    assert.equal(sections[1]?.rows[0]?.cells.length, header.length - 1);
    assert.equal(sections[1]?.rows[0]?.cells.at(-1), '–');
  });

  test('names the settings that all cases share, and no others', () => {
    const settingsOf = (...payloads: (number | null)[]) =>
      tableOf(
        ...payloads.map((payloadBytes, i) =>
          sampleScenario(`sweep/${i}`, [native], { payloadBytes, concurrency: 2 }),
        ),
      ).settings;
    assert.equal(settingsOf(64, 64), 'closed loop, 2 in flight, payload 64 B, 8 rounds');
    assert.equal(settingsOf(64, 128), 'closed loop, 2 in flight, 8 rounds');
    assert.equal(settingsOf(64, null), 'closed loop, 2 in flight, 8 rounds');
    const short = sampleVariant('native', 150, { rounds: native.rounds.slice(0, 3) });
    const { settings } = tableOf(
      sampleScenario('sweep/a', [native], { concurrency: 4 }),
      sampleScenario('sweep/b', [short]),
    );
    assert.equal(settings, 'closed loop, 3–8 rounds');
  });

  test('says how callers think', () => {
    const settingsOf = (think: Partial<ScenarioRecord>) =>
      tableOf(sampleScenario('calm', [native], think)).settings;
    const fixed = settingsOf({ thinkMs: 5, thinkTime: 'fixed' });
    assert.equal(fixed, 'closed loop, 2 in flight, thinking 5 ms between calls, 8 rounds');
    const drawn = settingsOf({ thinkMs: 5, thinkTime: 'exponential' });
    assert.match(drawn, /, thinking 5 ms on average \(exponential\) between calls, /);
    assert.equal(settingsOf({ thinkMs: 5 }), fixed); // of a time when it was not kept
  });

  test('counts the calls in flight over callers and batches', () => {
    const settingsOf = (...loads: [concurrency: number, batch: number][]) =>
      tableOf(
        ...loads.map(([concurrency, batch], i) =>
          sampleScenario(`sweep/${i}`, [native], { concurrency, batch }),
        ),
      ).settings;
    assert.equal(
      settingsOf([2, 16]),
      'closed loop, 2 callers × batches of 16 = 32 in flight, 8 rounds',
    );
    assert.equal(
      settingsOf([1, 16]),
      'closed loop, 1 caller × batches of 16 = 16 in flight, 8 rounds',
    );
    assert.equal(settingsOf([2, 16], [2, 8]), 'closed loop, 2 callers, 8 rounds');
    assert.equal(settingsOf([2, 16], [4, 16]), 'closed loop, batches of 16, 8 rounds');
    assert.equal(settingsOf([2, 16], [4, 8]), 'closed loop, 8 rounds');
  });

  test('says how long whole batches take, where there are any', () => {
    const batchNs = { ...native.latencyNs, p50: 2_400, p99: 9_600 };
    const [first, second] = ['a', 'b'].map((name) =>
      sampleScenario(`sweep/${name}`, [{ ...native, batchNs }, json], { batch: 16 }),
    );
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(
      tableOf(first, second).batches,
      'a whole batch takes (p50, p99): a on native 2.40 µs, 9.60 µs; b on native 2.40 µs, 9.60 µs',
    );
    assert.equal(tableOf(sampleScenario('x', [native])).batches, '');
  });

  test('says what allocations are, and what the harness adds to which figures', () => {
    const own = sampleVariant('http-saturation', 1e5, { harnessNsPerCall: null });
    const legendOf = (...variants: ScenarioRecord['variants']) =>
      tableOf(sampleScenario('x', variants)).legend;
    assert.match(
      legendOf(native),
      /; alloc is V8 heap of the calling side, buffers \(ArrayBuffer\) and child processes not included; the harness's own 62 ns a call are inside every figure; /,
    );
    assert.match(
      legendOf(own, native),
      /62 ns a call are inside every figure but those of http-saturation; /,
    );
    assert.doesNotMatch(legendOf(own), /harness/);
  });

  test('says once what befell many rows, and each failure by itself', () => {
    const [slow, slower] = [300, 460].map((warmupMs) =>
      sampleVariant('http', 1e6, { isSteady: false, warmupMs }),
    );
    const quick = sampleVariant('direct', 50, { latencyVerdict: 'timer-limited' });
    const broken = (failed: number) =>
      sampleVariant('stdio', 1e5, { failed, errors: { ERR_TIMEOUT: failed } });
    assert.ok(slow !== undefined && slower !== undefined);
    const { notes, sections } = tableOf(
      sampleScenario('sweep/a', [quick, slow, broken(2)]),
      sampleScenario('sweep/b', [{ ...quick, isSteady: false, warmupMs: 400 }, slower, broken(5)]),
    );
    assert.deepEqual(
      notes.map(({ mark, text }) => `${mark} ${text}`),
      [
        '¹ 2 of 1,000,000 calls failed (ERR_TIMEOUT 2)',
        '² 5 of 1,000,000 calls failed (ERR_TIMEOUT 5)',
        '³ not steady when the warm-up ended, after 300 ms to 460 ms: 3 of 6 rows',
        '⁴ timer-limited: the median is below twenty clock reads; calls/s is exact, percentiles are not',
      ],
    );
    const marks = sections.map(({ rows }) => rows.map((row) => row.marks));
    assert.deepEqual(marks, [
      ['⁴', '³', '¹'],
      ['³ ⁴', '³', '²'],
    ]);
  });

  test('gives the noise floor as a range over the cases', () => {
    const legendOf = (...floors: number[]) =>
      tableOf(...floors.map((floor, i) => withFloor(`sweep/${i}`, floor))).legend;
    assert.match(
      legendOf(0.1204, 0.0311, 0.05),
      /; one variant measured twice differs from itself by up to 3\.1–12 % here$/,
    );
    assert.match(legendOf(0.0311, 0.0312), /by up to 3\.1 % here$/);
  });

  test('says in plain words when the machine was too noisy', () => {
    const legendOf = (...floors: number[]) =>
      tableOf(...floors.map((floor, i) => withFloor(`sweep/${i}`, floor))).legend;
    assert.match(
      legendOf(0.5),
      /; one variant measured twice differs from itself by up to 50 % here$/,
    );
    assert.match(
      legendOf(0.66),
      /; this machine was too noisy to tell variants apart finely: one variant measured twice differs from itself by up to 66 %$/,
    );
    assert.match(
      legendOf(0.1, 19.04),
      /; this machine was too noisy in some of the cases to tell .* by up to 10–1,900 %$/,
    );
  });

  test('sums up a threshold that holds, and names case and variant where it does not', () => {
    const linesOf = (...cases: [caseName: string, passed: Record<string, boolean>][]) =>
      tableOf(
        ...cases.map(([caseName, passed]) =>
          sampleScenario(`sweep${caseName}`, [native, json], {
            thresholds: outcomes('errors <= 0%', passed),
          }),
        ),
      ).thresholds.map(({ passed, text }) => `${passed ? '✓' : '✗'} ${text}`);
    const kept = { native: true, json: true };
    assert.deepEqual(linesOf(['/a', kept], ['/b', kept]), ['✓ errors <= 0% holds everywhere']);
    assert.deepEqual(linesOf(['/a', kept], ['/b', { native: true, json: false }]), [
      '✓ errors <= 0% holds for 3 of 4 rows',
      '✗ errors <= 0% is broken by b on json: 25 %',
    ]);
    assert.deepEqual(linesOf(['/a', { native: true }], ['/b', { native: true }]), [
      '✓ errors <= 0% holds for native',
    ]);
    assert.deepEqual(linesOf(['', { native: true, json: false }]), [
      '✓ errors <= 0% holds for native',
      '✗ errors <= 0% is broken by json: 25 %',
    ]);
  });
});
