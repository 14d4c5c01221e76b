import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRunRecord, stringifyRunRecord } from '../../../../src/harness/results/run-json.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

/** A scenario's record, to be broken. */
interface Plantable {
  variants?: unknown;
  concurrency: unknown;
  executor: unknown;
}

describe('the run record as JSON', () => {
  test('comes back as it was', () => {
    const record = sampleRecord();
    const text = stringifyRunRecord(record);
    assert.ok(text.endsWith('}\n'));
    assert.deepEqual(parseRunRecord(text, 'run.json'), record);
  });

  test('is refused where a number is not finite', () => {
    const { environment } = sampleRecord();
    for (const memoryBytes of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const record = sampleRecord({ environment: { ...environment, memoryBytes } });
      assert.throws(() => stringifyRunRecord(record), {
        code: 'ERR_INVALID_MEASUREMENT',
        message: /memoryBytes must be a finite number, got (NaN|Infinity)/,
      });
    }
  });

  test('is refused with the place of the first field that is not as it should be', () => {
    const cases: [plant: (scenario: Plantable) => void, message: RegExp][] = [
      [(scenario) => delete scenario.variants, /: \/scenarios\/0 must have .* 'variants'$/],
      [(scenario) => (scenario.concurrency = '8'), /\/scenarios\/0\/concurrency must be integer/],
      [(scenario) => (scenario.executor = 'ajar'), /\/executor must be .* values \(closed/],
    ];
    for (const [plant, message] of cases) {
      const record = structuredClone(sampleRecord());
      plant(record.scenarios[0] as unknown as Plantable);
      const text = JSON.stringify(record);
      assert.throws(() => parseRunRecord(text, 'bad.json'), { code: 'ERR_USAGE', message });
    }
    const undated = JSON.stringify(sampleRecord({ startedAt: 'yesterday' }));
    assert.throws(() => parseRunRecord(undated, 'bad.json'), { message: /\/startedAt/ });
  });

  test('may have fields that a later version has added', () => {
    const [scenario, ...others] = sampleRecord().scenarios;
    const newer = sampleRecord({ scenarios: [{ ...scenario, added: 1 } as never, ...others] });
    assert.deepEqual(parseRunRecord(JSON.stringify(newer), 'run.json'), newer);
  });

  test('is refused with the reason when it is something else', () => {
    const cases: [text: string, message: RegExp][] = [
      ['{', /^old\.json is not JSON: /],
      ['null', /is not a run record: it has no schemaVersion/],
      ['[]', /is not a run record/],
      ['{"schemaVersion":2}', /schemaVersion 2, and this version of toolrig reads 1\. Update/],
      ['{"schemaVersion":"1"}', /schemaVersion "1", .* Repeat the run/],
      ['{"schemaVersion":1,"runId":"x"}', /not a whole .*: it must have required property 'tool'/],
    ];
    for (const [text, message] of cases) {
      assert.throws(() => parseRunRecord(text, 'old.json'), { code: 'ERR_USAGE', message });
    }
  });
});
