/**
 * Whether a value that came from a file is a run record, by `run.schema.json`: the schema that other
 * people's programs get is the one that is held against records here.
 *
 * The published schema knows no other fields. Reading does: a field may be added without a new
 * `schemaVersion`, and an older version of this program must be able to read the rest.
 */

import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const SCHEMA = new URL('./run.schema.json', import.meta.url);

/** Compiled when the first record is read: most commands only write one. */
let isRunRecord: ValidateFunction | undefined;

/** What is wrong with a record, `/scenarios/0 must have required property 'name'`; `undefined` if nothing is. */
export function findRecordProblem(value: unknown): string | undefined {
  isRunRecord ??= compile();
  if (isRunRecord(value)) return undefined;
  const { instancePath = '', message = 'does not fit', params } = isRunRecord.errors?.[0] ?? {};
  const allowed: unknown = params?.['allowedValues'];
  const choices = Array.isArray(allowed) ? ` (${allowed.join(', ')})` : '';
  return `${instancePath === '' ? 'it' : instancePath} ${message}${choices}`;
}

function compile(): ValidateFunction {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'), (key, value: unknown) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  ) as object;
  const ajv = new Ajv2020({ allowUnionTypes: true });
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema);
}
