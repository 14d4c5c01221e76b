import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { medianInterval } from '../../../../src/harness/stats/bootstrap.ts';
import { sampleCapacity } from '../../../helpers/sample-capacity.ts';
import {
  chaosRecord,
  openRecord,
  sampleMaxRate,
  sampleRecord,
} from '../../../helpers/sample-record.ts';

const SCHEMA_URL = new URL('../../../../src/harness/results/run.schema.json', import.meta.url);

const schema = JSON.parse(readFileSync(SCHEMA_URL, 'utf8')) as Record<string, unknown>;
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
ajv.addFormat('date-time', (text: string) => new Date(text).toISOString() === text);
const isRunRecord = ajv.compile(schema);

type Container = Record<string, unknown>;

/**
 * Calls `visit` for every field of every object in `value`. Arrays are looked into: of elements that have the
 * same fields, down to the last, at the first two.
 */
function forEachField(
  value: unknown,
  visit: (owner: Container, key: string, path: string) => void,
  path = '',
): void {
  if (typeof value !== 'object' || value === null) return;
  const owner = value as Container;
  const seen = new Map<string, number>();
  for (const key of Object.keys(owner)) {
    if (Array.isArray(value)) {
      const shape = shapeOf(owner[key]);
      const count = (seen.get(shape) ?? 0) + 1;
      seen.set(shape, count);
      if (count > 2) continue;
    }
    forEachField(owner[key], visit, `${path}/${key}`);
    // Codes are data, not fields.
    if (!Array.isArray(value) && !path.endsWith('/errors')) visit(owner, key, `${path}/${key}`);
  }
}

/** What fields something has, at any depth, and of what types. */
function shapeOf(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'number' || typeof each === 'string' ? typeof each : each,
  );
}

/** As it comes back from `run.json`; with the parts that the sample's reports do not need. */
function storedRecord(): unknown {
  const record = structuredClone(sampleRecord()) as unknown as { scenarios: Container[] };
  const variants = record.scenarios[0]?.['variants'] as Container[];
  const native = variants[1] as Container;
  native['batchNs'] = native['latencyNs'];
  return JSON.parse(JSON.stringify(record));
}

const OPTIONAL_IN_PLANS = ['costPerMonth', 'costPerMillionCalls'];

describe('run.schema.json', () => {
  test('accepts a record', () => {
    assert.ok(isRunRecord(storedRecord()), ajv.errorsText(isRunRecord.errors));
  });

  test('accepts the interval that a single round leaves', () => {
    const record = storedRecord() as { scenarios: { variants: Container[] }[] };
    const variant = record.scenarios[0]?.variants[0] as Container;
    variant['nsPerCall'] = medianInterval([5], Math.random);
    assert.ok(isRunRecord(JSON.parse(JSON.stringify(record))), ajv.errorsText(isRunRecord.errors));
  });

  test('accepts a variant whose server could not be asked what it used', () => {
    const record = storedRecord() as { scenarios: { variants: Container[] }[] };
    const variant = record.scenarios[0]?.variants[0] as Container;
    variant['usageOf'] = 'caller';
    assert.ok(isRunRecord(record), ajv.errorsText(isRunRecord.errors));
    variant['usageOf'] = 'nobody';
    assert.ok(!isRunRecord(record));
  });

  test('accepts a variant that drives the load itself', () => {
    const record = storedRecord() as { scenarios: { variants: Container[] }[] };
    const variant = record.scenarios[0]?.variants[0] as Container;
    variant['harnessNsPerCall'] = null;
    assert.ok(isRunRecord(record), ajv.errorsText(isRunRecord.errors));
  });

  test('requires every field under its own name, and knows no others', () => {
    const record = storedRecord();
    let fields = 0;
    forEachField(record, (owner, key, path) => {
      fields++;
      const value = owner[key];
      delete owner[key];
      assert.equal(isRunRecord(record), false, `${path} may be missing`);
      owner[`${key}Renamed`] = value;
      assert.equal(isRunRecord(record), false, `${path} may be renamed`);
      delete owner[`${key}Renamed`];
      owner[key] = value;
      owner['somethingElse'] = 1;
      assert.equal(isRunRecord(record), false, `beside ${path} there may be anything`);
      delete owner['somethingElse'];
    });
    assert.ok(fields > 400, `visited ${fields}`);
    assert.ok(isRunRecord(record));
  });

  test('wants all figures of chaos or none', () => {
    const record = JSON.parse(JSON.stringify(chaosRecord())) as {
      scenarios: { chaos: Container; variants: Container[] }[];
    };
    assert.ok(isRunRecord(record), ajv.errorsText(isRunRecord.errors));
    const [variant] = record.scenarios[0]?.variants ?? [];
    assert.ok(variant !== undefined);
    const plain = new Set(Object.keys(sampleRecord().scenarios[0]?.variants[0] ?? {}));
    const figures = Object.keys(variant).filter((key) => !plain.has(key));
    assert.equal(figures.length, 12);
    for (const figure of figures) {
      const value = variant[figure];
      delete variant[figure];
      assert.equal(isRunRecord(record), false, `${figure} may be missing`);
      variant[figure] = value;
    }
    const { chaos } = record.scenarios[0] ?? assert.fail();
    forEachField(chaos, (owner, key, path) => {
      const value = owner[key];
      delete owner[key];
      assert.equal(isRunRecord(record), false, `chaos${path} may be missing`);
      owner[key] = value;
    });
    assert.ok(isRunRecord(record));
  });

  test('accepts the highest rate with its evidence, and knows every field of it', () => {
    const record = JSON.parse(JSON.stringify(openRecord())) as {
      scenarios: { variants: Container[] }[];
    };
    const variant = record.scenarios[0]?.variants[0] as Container;
    const maxRate = JSON.parse(JSON.stringify(sampleMaxRate())) as Container;
    variant['maxRate'] = maxRate;
    assert.ok(isRunRecord(record), ajv.errorsText(isRunRecord.errors));
    forEachField(maxRate, (owner, key, path) => {
      const value = owner[key];
      delete owner[key];
      assert.equal(isRunRecord(record), false, `maxRate${path} may be missing`);
      owner[key] = value;
      owner[`${key}x`] = value;
      assert.equal(isRunRecord(record), false, `maxRate${path}x may be there`);
      delete owner[`${key}x`];
    });
  });

  test('accepts a plan, requires each of its fields and knows no others', () => {
    const record = JSON.parse(
      JSON.stringify({ ...sampleRecord(), capacity: sampleCapacity() }),
    ) as { capacity: Container };
    assert.ok(isRunRecord(record), ajv.errorsText(isRunRecord.errors));
    let fields = 0;
    forEachField(record.capacity, (owner, key, path) => {
      // Without a price there is no cost, and old records have no windows of what was refused.
      if (OPTIONAL_IN_PLANS.includes(key) || /^\/refused\/\d+\/rates$/.test(path)) return;
      fields++;
      const value = owner[key];
      delete owner[key];
      assert.equal(isRunRecord(record), false, `${path} may be missing`);
      owner[key] = value;
      owner['somethingElse'] = 1;
      assert.equal(isRunRecord(record), false, `beside ${path} there may be anything`);
      delete owner['somethingElse'];
    });
    assert.ok(fields > 400, `visited ${fields}`);
  });

  test('wants all figures of an open loop or none', () => {
    const record = JSON.parse(JSON.stringify(openRecord())) as {
      scenarios: { arrivals: Container; variants: Container[] }[];
    };
    assert.ok(isRunRecord(record), ajv.errorsText(isRunRecord.errors));
    const [
      {
        arrivals,
        variants: [variant],
      } = assert.fail(),
    ] = record.scenarios;
    assert.ok(variant !== undefined);
    const mayNotBeMissing = (owner: Container, key: string, path: string) => {
      const value = owner[key];
      delete owner[key];
      assert.equal(isRunRecord(record), false, `${path} may be missing`);
      owner[key] = value;
    };
    for (const figure of ['dropped', 'serviceNs', 'lagNs', 'openLoop']) {
      mayNotBeMissing(variant, figure, figure);
    }
    forEachField(variant['openLoop'], mayNotBeMissing, 'openLoop');
    forEachField(arrivals, mayNotBeMissing, 'arrivals');
    assert.ok(isRunRecord(record));
  });

  test('refuses a field of another type', () => {
    const record = storedRecord();
    forEachField(record, (owner, key, path) => {
      const value = owner[key];
      owner[key] = { not: 'this' };
      assert.equal(isRunRecord(record), false, path);
      owner[key] = value;
    });
  });

  test('describes every field', () => {
    const undescribed: string[] = [];
    forEachField(schema, (owner, key, path) => {
      if (key !== 'properties') return;
      for (const [name, field] of Object.entries(owner[key] as Record<string, Container>)) {
        if (typeof field['description'] !== 'string') undescribed.push(`${path}/${name}`);
      }
    });
    assert.deepEqual(undescribed, []);
  });
});
