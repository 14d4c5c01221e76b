/**
 * Baselines: run records under a name, in a folder that is committed, so that everybody compares
 * with the same. A baseline is the record as `run.json` holds it; whatever reads a run reads it too.
 */

import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { readRecord } from './read-run.ts';
import { stringifyRunRecord } from './run-json.ts';
import type { RunRecord } from './run-record.ts';

const SUFFIX = '.json';
/** A file name on every system, and never a way out of the folder. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9_-])?$/;

export interface SaveOptions {
  /** Whether one of this name may be there already. Default: `false`. */
  readonly overwrite?: boolean;
}

/**
 * Keeps a record as baseline `name`.
 *
 * @returns path of its file
 * @throws ToolrigError `ERR_USAGE` for a name that cannot be one, one that is taken, an invalid run, and
 *   a folder that cannot be written
 */
export async function saveBaseline(
  folder: string,
  name: string,
  record: RunRecord,
  { overwrite = false }: SaveOptions = {},
): Promise<string> {
  const file = fileOf(folder, name);
  const { runId, validity } = record;
  if (validity.verdict === 'invalid') {
    throw usage(`run ${runId} is invalid and no baseline: ${validity.reasons.join('; ')}`);
  }
  if (!overwrite && (await exists(file))) {
    throw usage(`there is a baseline '${name}' already: overwrite it with --force`);
  }
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomically(file, stringifyRunRecord(record));
  } catch (cause) {
    if (cause instanceof ToolrigError) throw cause;
    throw usage(`baseline '${name}' cannot be written to ${file}: ${messageOf(cause)}`, cause);
  }
  return file;
}

/** Names of the baselines in a folder, in alphabetical order; none where there is no such folder. */
export async function listBaselines(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[];
    throw usage(`baselines cannot be looked up in ${folder}: ${error.message}`, error);
  });
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .filter((name) => NAME.test(name))
    .toSorted();
}

/**
 * The record of a baseline.
 *
 * @throws ToolrigError `ERR_USAGE` when there is none of this name, or its file is no record
 */
export async function readBaseline(folder: string, name: string): Promise<RunRecord> {
  return readRecord(await existingFile(folder, name));
}

/**
 * Removes a baseline.
 *
 * @throws ToolrigError `ERR_USAGE` when there is none of this name
 */
export async function removeBaseline(folder: string, name: string): Promise<void> {
  await rm(await existingFile(folder, name));
}

async function existingFile(folder: string, name: string): Promise<string> {
  const file = fileOf(folder, name);
  if (await exists(file)) return file;
  const hint = didYouMean(name, await listBaselines(folder));
  throw usage(`there is no baseline '${name}' in ${folder}.${hint}`);
}

function fileOf(folder: string, name: string): string {
  if (NAME.test(name)) return join(folder, `${name}${SUFFIX}`);
  throw usage(
    `a baseline's name must be up to 80 letters, digits, '.', '_' and '-', got '${name}'`,
  );
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function usage(message: string, cause?: unknown): ToolrigError {
  return new ToolrigError('ERR_USAGE', message, cause === undefined ? {} : { cause });
}
