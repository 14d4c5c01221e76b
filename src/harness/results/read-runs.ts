/**
 * Reads many runs, for what looks at all of them. What a record is needed for is taken from it at once
 * and the record let go: with its histograms it is a megabyte or so, and there may be hundreds.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { findRun, listRunIds, readRecord } from './read-run.ts';
import type { RunRecord } from './run-record.ts';

export interface ReadRuns<Digest> {
  readonly digests: readonly Digest[];
  /** What is wrong with files of a folder that hold no record, each message naming the file. */
  readonly unreadable: readonly string[];
}

/**
 * Reads runs that were named, and all runs of folders.
 *
 * @param given - runs, as `readRun` takes them, and folders of runs: of `<run>/run.json` and
 *   of `<name>.json`
 * @param runsFolder - where runs are looked up by id
 * @param digest - what is kept of a record
 * @throws ToolrigError `ERR_USAGE` for a run that was named and cannot be read; what is wrong in a
 *   folder is in the result
 */
export async function readRuns<Digest>(
  given: readonly string[],
  runsFolder: string,
  digest: (record: RunRecord) => Digest,
): Promise<ReadRuns<Digest>> {
  const digests: Digest[] = [];
  const unreadable: string[] = [];
  for (const each of given) {
    // One after the other: together, hundreds of records would be in memory at once.
    // oxlint-disable-next-line no-await-in-loop
    const inFolder = await recordsIn(each);
    // oxlint-disable-next-line no-await-in-loop
    for (const file of inFolder ?? [await findRun(each, runsFolder)]) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        digests.push(digest(await readRecord(file)));
      } catch (error) {
        if (inFolder === undefined || !(error instanceof ToolrigError)) throw error;
        unreadable.push(error.message);
      }
    }
  }
  return { digests, unreadable };
}

/** Paths of the records in a folder of runs; `undefined` for what is no folder, or that of one run. */
async function recordsIn(path: string): Promise<string[] | undefined> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch {
    return undefined; // a file, an id or nothing: whoever looks for a run says which
  }
  if (names.includes('run.json')) return undefined;
  const runs = (await listRunIds(path)).map((id) => join(path, id, 'run.json'));
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(path, name));
  return [...runs, ...files.toSorted()];
}
