/** What `toolrig history` does: reads runs, looks for change points, prints them. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  digestForHistory,
  type HistoryMetric,
  hasRecentRegression,
  historyOf,
} from '../harness/compare/history.ts';
import { renderHistory } from '../harness/report/history-text.ts';
import { BASELINES_FOLDER } from '../harness/results/baselines-folder.ts';
import { readRuns } from '../harness/results/read-runs.ts';
import { complain } from './complaint.ts';
import { EXIT } from './exit-codes.ts';
import { stdout } from './streams.ts';

/** The arguments and flags, checked one by one. */
export interface HistoryFlags {
  readonly run: string[];
  readonly metric: HistoryMetric;
  readonly scenario?: string;
  readonly variant?: string;
  readonly 'min-change': number;
  readonly 'fail-on-regression'?: boolean;
  readonly within: number;
  readonly json?: boolean;
}

const RUNS = join('results', 'runs');

/**
 * Prints the history and sets the exit code.
 *
 * @throws `ERR_USAGE` when there are too few runs, or one that was named cannot be read
 */
export async function history(flags: HistoryFlags): Promise<void> {
  const { metric, scenario, variant, json = false } = flags;
  const given = flags.run.length > 0 ? flags.run : [RUNS, BASELINES_FOLDER].filter(existsSync);
  const { digests, unreadable } = await readRuns(given, RUNS, digestForHistory);
  for (const problem of unreadable) complain(`left out: ${problem}`);
  const found = historyOf(digests, metric, {
    scenario,
    variant,
    minChangeRatio: flags['min-change'] / 100,
  });
  stdout(json ? `${JSON.stringify(found, null, 2)}\n` : renderHistory(found));
  const hasFailed =
    flags['fail-on-regression'] === true && hasRecentRegression(found, flags.within);
  process.exitCode = hasFailed ? EXIT.failed : EXIT.pass;
}
