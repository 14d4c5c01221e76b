/**
 * The run record as text: what is stored as `run.json` and printed by `--json`.
 *
 * JSON has no NaN and no Infinity: `JSON.stringify` would write `null` where the schema says
 * number, and nobody would notice until a reader fails. Writing refuses them instead.
 */

import { messageOf, ToolrigError } from '../../core/errors.ts';
import { type RunRecord, SCHEMA_VERSION } from './run-record.ts';
import { findRecordProblem } from './run-schema.ts';

/**
 * One JSON document, indented, with a newline at its end.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` naming the field that is not a finite number
 */
export function stringifyRunRecord(record: RunRecord): string {
  const text = JSON.stringify(
    record,
    (key, value: unknown) => {
      if (typeof value !== 'number' || Number.isFinite(value)) return value;
      throw new ToolrigError(
        'ERR_INVALID_MEASUREMENT',
        `run record: ${key} must be a finite number, got ${value}`,
      );
    },
    2,
  );
  return `${text}\n`;
}

/**
 * Reads what {@link stringifyRunRecord} wrote. Checks the version first, then the whole shape; fields
 * that this version does not know are kept.
 *
 * @param source - where the text came from, for messages
 * @throws ToolrigError `ERR_USAGE` for another kind of text, or a record of another version
 */
export function parseRunRecord(text: string, source: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ToolrigError('ERR_USAGE', `${source} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const fields: Partial<Record<keyof RunRecord, unknown>> =
    typeof value === 'object' && value !== null ? value : {};
  const version = fields.schemaVersion;
  if (version === undefined) {
    throw new ToolrigError('ERR_USAGE', `${source} is not a run record: it has no schemaVersion`);
  }
  if (version !== SCHEMA_VERSION) {
    const isNewer = typeof version === 'number' && version > SCHEMA_VERSION;
    throw new ToolrigError(
      'ERR_USAGE',
      `${source} has schemaVersion ${JSON.stringify(version)}, and this version of toolrig reads ` +
        `${SCHEMA_VERSION}. ${isNewer ? 'Update toolrig to read it' : 'Repeat the run'}`,
    );
  }
  const problem = findRecordProblem(value);
  if (problem !== undefined) {
    throw new ToolrigError('ERR_USAGE', `${source} is not a whole run record: ${problem}`);
  }
  return value as RunRecord;
}
