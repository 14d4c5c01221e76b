/**
 * Keeps runs on disk: a directory for each run, with its record and what was derived from it.
 *
 *   <runs>/20261122-153012-ab12/  native.hlog …  summary.csv  report.md  report.html  run.json
 *
 * Each file is written atomically and `run.json` last, so a directory that has one is complete. Where the
 * disk fills up on the way, what was rendered from the record makes room for the record itself.
 * The rendered texts come in as arguments; this module knows no formats but the record's.
 */

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { access, constants, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { type WriteText, writeFileAtomically, writeFileAtomicallyNow } from './atomic-file.ts';
import { stringifyRunRecord } from './run-json.ts';
import type { RunRecord } from './run-record.ts';

/** What is stored beside the record. */
export interface RunArtefacts {
  readonly summaryCsv: string;
  readonly reportMarkdown: string;
  readonly reportHtml: string;
  readonly intervalLogs: readonly IntervalLogFile[];
  /** Further files under their names. Default: none. */
  readonly pages?: readonly { readonly name: string; readonly text: string }[];
}

export interface IntervalLogFile {
  readonly scenario: string;
  readonly variant: string;
  readonly text: string;
}

/**
 * A name for a run: when it started (UTC), and four characters so that two runs of one second do
 * not meet: `20261122-153012-ab12`.
 */
export function createRunId(startedAt: Date, random: () => number): string {
  const [date, time] = startedAt.toISOString().replaceAll(/[-:]/g, '').split('T');
  const suffix = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return `${date}-${time?.slice(0, 6)}-${suffix}`;
}

/**
 * Makes sure, before anything is measured, that results can be stored: creates `directory` where
 * it is missing, and writes and removes a file in it.
 *
 * @throws ToolrigError `ERR_USAGE` naming the path and the reason
 */
export async function checkWritable(directory: string): Promise<void> {
  const probe = join(directory, `.toolrig-${process.pid}.probe`);
  try {
    await makeDirectory(directory);
    await access(directory, constants.W_OK | constants.X_OK);
    await writeFileAtomically(probe, 'May be deleted.\n');
    await rm(probe, { force: true });
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

/**
 * Stores a run under `runsDirectory`.
 *
 * @param write - how text reaches a file; only tests pass it
 * @returns path of the run's directory
 * @throws ToolrigError `ERR_USAGE` naming the path, the reason, and whether the record alone could be kept;
 *   `ERR_INVALID_MEASUREMENT` for a record with a number that is not finite, of which nothing is written
 */
export async function writeRun(
  runsDirectory: string,
  record: RunRecord,
  artefacts: RunArtefacts,
  write?: WriteText,
): Promise<string> {
  const directory = resolve(runsDirectory, record.runId);
  const recordFile = join(directory, 'run.json');
  const recordText = stringifyRunRecord(record);
  const logs = artefacts.intervalLogs.map(
    ({ scenario, variant, text }) => [intervalLogName(scenario, variant), text] as const,
  );
  const rendered: (readonly [string, string])[] = [
    ['summary.csv', artefacts.summaryCsv],
    ['report.md', artefacts.reportMarkdown],
    ['report.html', artefacts.reportHtml],
    ...(artefacts.pages ?? []).map(({ name, text }) => [name, text] as const),
  ];
  let path = directory;
  const written: string[] = [];
  try {
    await makeDirectory(directory);
    // One after the other: the order is the promise that run.json stands for.
    for (const [name, text] of [...logs, ...rendered]) {
      path = join(directory, name);
      // oxlint-disable-next-line no-await-in-loop
      await writeFileAtomically(path, text, write);
      written.push(path);
    }
    path = recordFile;
    await writeFileAtomically(path, recordText, write);
    return directory;
  } catch (cause) {
    const isKept = await keepRecordAlone(recordFile, recordText, written.slice(logs.length), write);
    throw unwritable(path, cause, isKept ? renderAgain(directory, recordFile) : undefined);
  }
}

/**
 * Stores the record alone, before it returns: for a program that ends now. The directory of runs is there.
 *
 * @returns path of the run's directory
 * @throws as `writeRun`
 */
export function writeRecordNow(runsDirectory: string, record: RunRecord): string {
  const directory = resolve(runsDirectory, record.runId);
  const recordFile = join(directory, 'run.json');
  const recordText = stringifyRunRecord(record);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileAtomicallyNow(recordFile, recordText);
    return directory;
  } catch (cause) {
    throw unwritable(recordFile, cause);
  }
}

/**
 * Gives up what can be rendered again, and tries once more to store what cannot.
 *
 * @param rendered - files to give up
 */
async function keepRecordAlone(
  path: string,
  text: string,
  rendered: readonly string[],
  write?: WriteText,
): Promise<boolean> {
  try {
    await Promise.all(rendered.map((file) => rm(file, { force: true })));
    await writeFileAtomically(path, text, write);
    return true;
  } catch {
    return false; // For the reason that the caller is about to give, or a like one.
  }
}

/** `<scenario>.<variant>.hlog`, safe on every file system and different for different names. */
export function intervalLogName(scenario: string, variant: string): string {
  return `${fileNamePart(scenario)}.${fileNamePart(variant)}.hlog`;
}

const MAX_NAME_LENGTH = 80;

/** Letters, digits, `-` and `_` stay. Whatever else there was is told apart by a hash of it all. */
function fileNamePart(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, MAX_NAME_LENGTH);
  if (safe === name && name !== '') return name;
  return `${safe}~${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}

/**
 * Makes a directory and those above it. `mkdir` with `recursive` never returns where a file system
 * takes no directories, as under /proc: it tries again for as long as the answer is ENOENT.
 */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      if ((await stat(path)).isDirectory()) return;
      throw new Error('it is a file, not a directory', { cause: error });
    }
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}

/** What to do when the disk was full, and the record is stored all the same. */
function renderAgain(directory: string, recordFile: string): string {
  return (
    `The record is kept, without what is rendered from it, in ${recordFile}: make room, then ` +
    `toolrig report ${directory} --format html --out report.html`
  );
}

function unwritable(path: string, cause: unknown, advice?: string): ToolrigError {
  const { code } = cause as NodeJS.ErrnoException;
  const elsewhere =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'Make room there, or choose another directory with --out'
      : 'Choose another directory with --out';
  return new ToolrigError(
    'ERR_USAGE',
    `results cannot be written to ${path}: ${messageOf(cause)}. ${advice ?? elsewhere}`,
    { cause },
  );
}
