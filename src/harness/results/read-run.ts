/**
 * Finds runs on disk and reads their records. Every command that takes a RUN takes it by these
 * rules, in this order:
 *
 *   latest                   the newest run in the folder of runs
 *   a path that exists       a `run.json`, or a run's folder
 *   20261122-153012-ab12     the run of this id in the folder of runs, or the only one whose id
 *   20261122-15              starts like this
 *   release-3                the baseline of this name
 *
 * A folder without `run.json` is one that is being written, or was given up: `writeRun` puts the
 * record there last. Such folders are overlooked until somebody asks for one by name.
 */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { BASELINES_FOLDER } from './baselines-folder.ts';
import { parseRunRecord } from './run-json.ts';
import type { RunRecord } from './run-record.ts';

const RECORD_FILE = 'run.json';
const MAX_NAMED = 5;

/**
 * The record of one run.
 *
 * @param pathOrId - as drawn above
 * @param runsFolder - where runs are looked up by id, as `results/runs`
 * @throws ToolrigError `ERR_USAGE` when there is no such run or several, when its file cannot be
 *   read, is of another version or no record; the message names the file
 */
export async function readRun(pathOrId: string, runsFolder: string): Promise<RunRecord> {
  return readRecord(await findRun(pathOrId, runsFolder));
}

/**
 * Path of the `run.json` that `pathOrId` stands for; see {@link readRun}.
 *
 * @throws ToolrigError `ERR_USAGE` when there is no such run, or several
 */
export async function findRun(pathOrId: string, runsFolder: string): Promise<string> {
  if (pathOrId === 'latest') {
    const newest = (await listRunIds(runsFolder)).at(-1);
    if (newest !== undefined) return join(runsFolder, newest, RECORD_FILE);
    throw usage(`there is no run in ${runsFolder}: make one with toolrig bench`);
  }
  const kind = await kindOf(pathOrId);
  if (kind === 'file') return pathOrId;
  if (kind === 'folder') return join(pathOrId, RECORD_FILE);
  const id = await findRunId(pathOrId, runsFolder);
  if (id !== undefined) return join(runsFolder, id, RECORD_FILE);
  const baseline = join(BASELINES_FOLDER, `${pathOrId}.json`);
  if ((await kindOf(baseline)) === 'file') return baseline;
  // Hundreds of ids help nobody: the newest are what was meant, if any was.
  const hint = didYouMean(pathOrId, (await listRunIds(runsFolder)).slice(-MAX_NAMED));
  throw usage(
    `there is no run '${pathOrId}', neither as a path nor as an id in ${runsFolder}, and no such baseline.${hint}`,
  );
}

/** Ids of the runs in a folder, the oldest first; none where there is no such folder. */
export async function listRunIds(runsFolder: string): Promise<string[]> {
  const names = (await namesIn(runsFolder)).toSorted();
  const kinds = await Promise.all(names.map((name) => kindOf(join(runsFolder, name, RECORD_FILE))));
  return names.filter((_, index) => kinds[index] === 'file');
}

/**
 * Reads a `run.json`.
 *
 * @throws ToolrigError `ERR_USAGE` naming the file and what is wrong with it
 */
export async function readRecord(file: string): Promise<RunRecord> {
  let text: string;
  try {
    // Reading a pipe or a terminal would wait for somebody to write.
    if (!(await stat(file)).isFile()) throw new Error('it is no file');
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw usage(
      `run record ${file} cannot be read: ${messageOf(cause)}. Give the id of a run, its folder, ` +
        `the path of its ${RECORD_FILE}, or latest`,
      cause,
    );
  }
  return parseRunRecord(text, file);
}

async function findRunId(idOrStart: string, runsFolder: string): Promise<string | undefined> {
  const ids = await listRunIds(runsFolder);
  if (ids.includes(idOrStart)) return idOrStart;
  // One that is there and not whole: reading it says what is missing.
  if ((await namesIn(runsFolder)).includes(idOrStart)) return idOrStart;
  const [id, ...more] = idOrStart === '' ? [] : ids.filter((each) => each.startsWith(idOrStart));
  if (more.length === 0) return id;
  const named = [id, ...more].slice(-MAX_NAMED).join(', ');
  throw usage(
    `${more.length + 1} runs in ${runsFolder} start with '${idOrStart}', the newest of them ` +
      `${named}: write more of the id`,
  );
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw usage(`runs cannot be looked up in ${folder}: ${messageOf(cause)}`, cause);
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined; // whatever the reason: reading the file gives it
  }
}

function isMissing(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT';
}

function usage(message: string, cause?: unknown): ToolrigError {
  return new ToolrigError('ERR_USAGE', message, cause === undefined ? {} : { cause });
}
