/** What `toolrig baseline` does: keeps, lists, shows and removes run records under names. */

import { resolve } from 'node:path';
import { ToolrigError } from '../core/errors.ts';
import { inertText } from '../harness/report/plain-text.ts';
import { renderRunText } from '../harness/report/text.ts';
import {
  listBaselines,
  readBaseline,
  removeBaseline,
  saveBaseline,
} from '../harness/results/baseline-store.ts';
import { BASELINES_FOLDER } from '../harness/results/baselines-folder.ts';
import { readRun } from '../harness/results/read-run.ts';
import { stringifyRunRecord } from '../harness/results/run-json.ts';
import type { RunRecord } from '../harness/results/run-record.ts';
import { stderr, stdout, wantsColour } from './streams.ts';

/** What `save` takes. */
export interface SaveFlags {
  readonly name: string;
  readonly run: string;
  readonly runs: string;
  readonly force?: boolean | undefined;
}

/** Keeps a run as a baseline. */
export async function saveAction({ name, run, runs, force = false }: SaveFlags): Promise<void> {
  const record = await readRun(run, runs);
  const file = await saveBaseline(resolve(BASELINES_FOLDER), name, record, { overwrite: force });
  stderr(`Run ${record.runId} is baseline ${name}: ${file}\n`);
}

/**
 * One line a baseline: its name, the run, when it was made, from which commit, and what it measured.
 *
 * @throws `ERR_USAGE`, after all others have been listed, naming the files that hold no record
 */
export async function listAction(asJson: boolean): Promise<void> {
  const folder = resolve(BASELINES_FOLDER);
  const names = await listBaselines(folder);
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const name of names) {
    try {
      // One after the other: a record is a megabyte or so, and only a line of it is kept.
      // oxlint-disable-next-line no-await-in-loop
      entries.push(entryOf(name, await readBaseline(folder, name)));
    } catch (error) {
      if (!(error instanceof ToolrigError)) throw error;
      problems.push(error.message);
    }
  }
  print(entries, asJson);
  if (problems.length > 0) throw new ToolrigError('ERR_USAGE', problems.join('\n'));
  if (!asJson && names.length === 0) {
    stderr('There is no baseline: keep one with toolrig baseline save\n');
  }
}

function print(entries: readonly Entry[], asJson: boolean): void {
  if (asJson) {
    stdout(`${JSON.stringify(entries, null, 2)}\n`);
    return;
  }
  const column = Math.max(0, ...entries.map(({ name }) => name.length)) + 2;
  for (const { name, runId, gitCommit, scenarios } of entries) {
    const commit = gitCommit === null ? '' : `  ${gitCommit.slice(0, 12)}`;
    stdout(`${name.padEnd(column)}${inertText(`${runId}${commit}  ${scenarios.join(', ')}`)}\n`);
  }
}

/** The tables of a baseline, or its record. */
export async function showAction(name: string, asJson: boolean): Promise<void> {
  const record = await readBaseline(resolve(BASELINES_FOLDER), name);
  const colour = wantsColour(process.stdout) ? 'ansi' : 'none';
  stdout(asJson ? stringifyRunRecord(record) : renderRunText(record, { colour }));
}

/** Removes a baseline. */
export async function removeAction(name: string): Promise<void> {
  await removeBaseline(resolve(BASELINES_FOLDER), name);
}

type Entry = ReturnType<typeof entryOf>;

function entryOf(name: string, { runId, startedAt, environment, scenarios }: RunRecord) {
  const { gitCommit, fingerprint } = environment;
  return {
    name,
    runId,
    startedAt,
    gitCommit,
    fingerprint,
    scenarios: scenarios.map((each) => each.name),
  };
}
