/** A run from its plan to its exit code: measured with progress, printed, stored, and shown to `toolrig ui` meanwhile. */

import { resolve } from 'node:path';
import type { PlannedScenario } from '../harness/load/prepare-scenario.ts';
import { renderSummaryCsv } from '../harness/report/csv.ts';
import { renderHistograms } from '../harness/report/histogram-text.ts';
import { renderRunHtml } from '../harness/report/html/run-page.ts';
import { renderMarkdown } from '../harness/report/markdown.ts';
import { renderRunText } from '../harness/report/text.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { stringifyRunRecord } from '../harness/results/run-json.ts';
import type { RunRecord } from '../harness/results/run-record.ts';
import {
  checkWritable,
  createRunId,
  writeRecordNow,
  writeRun,
} from '../harness/results/run-store.ts';
import { type RunOptions, type RunResult, runScenarios } from '../harness/run.ts';
import { listenForInterrupt } from './interrupt.ts';
import { announceRun } from './live-announcement.ts';
import { TOOL } from './package-info.ts';
import { pageAssets } from './page-assets.ts';
import { createProgress } from './progress.ts';
import { progressLine } from './progress-line.ts';
import { runExitCode } from './run-exit-code.ts';
import { guardRun, type RunGuard } from './run-guard.ts';
import { lostOutput, stderr, stdout, wantsColour } from './streams.ts';

/** The flags of every measured run, checked one by one. */
export interface MeasuredRunFlags {
  readonly threshold?: string[];
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What a command says of a run beside its common flags. */
type MeasuredRunOptions = Pick<RunOptions, 'command' | 'load' | 'payloadBytes' | 'twin'>;

/**
 * Measures what is planned, and sets the exit code. Where a service or scenario ends the program, what was measured
 * is printed and kept all the same.
 *
 * @param plan - loads what is to be measured
 * @throws what `plan` or the run failed with, the latter after its results have been printed and stored
 */
export async function runAndStore(
  plan: () => Promise<readonly PlannedScenario[]>,
  flags: MeasuredRunFlags,
  options: MeasuredRunOptions,
): Promise<void> {
  const guard = guardRun('the loading of its scenarios');
  try {
    await runGuarded(await plan(), flags, options, guard);
  } finally {
    guard.release();
  }
}

async function runGuarded(
  planned: readonly PlannedScenario[],
  flags: MeasuredRunFlags,
  options: MeasuredRunOptions,
  guard: RunGuard,
): Promise<void> {
  const { json = false, quiet = false } = flags;
  const out = resolve(flags.out);
  await checkWritable(out);
  const interrupt = listenForInterrupt();
  const progress = createProgress(quiet);
  const runId = createRunId(new Date(), Math.random);
  const live = announceRun(out, runId, options.command);
  guard.at('its beginning');
  let result: RunResult;
  try {
    result = await runScenarios(planned, {
      ...options,
      runId,
      tool: TOOL,
      environment: readEnvironment(systemSources(process.cwd())),
      ...(flags.threshold === undefined ? {} : { thresholds: flags.threshold }),
      seed: flags.seed,
      signal: interrupt.signal,
      onProgress: (step) => {
        progress.update(progressLine(step));
        live.update(progressLine(step));
      },
      onStep: (where) => guard.at(where),
      onBegun: (soFar) =>
        guard.keepWith((failure) => {
          progress.end();
          live.endNow();
          const kept = soFar(failure);
          if (kept === undefined) return;
          print(kept.record, json);
          storeNow(out, kept.record);
        }),
    });
  } finally {
    progress.end();
    await live.end();
    interrupt.release();
  }
  const { record, failure } = result;
  guard.at('the storing of its results');
  guard.keepWith(() => storeNow(out, record));
  // Printed before it is stored: a disk that has filled up meanwhile takes no result away.
  print(record, json);
  const folder = await store(out, result);
  if (!quiet || lostOutput() !== undefined) stderr(`Stored in ${folder}\n`);
  if (failure !== undefined && !interrupt.signal.aborted) throw failure;
  process.exitCode = runExitCode(record, interrupt.signal.aborted);
}

function print(record: RunRecord, json: boolean): void {
  if (json) stdout(stringifyRunRecord(record));
  else
    stdout(
      `${renderRunText(record, { colour: wantsColour(process.stdout) ? 'ansi' : 'none' })}${shapeOf(record)}`,
    );
}

/** What there is time for when the program ends now. */
function storeNow(out: string, record: RunRecord): void {
  const folder = writeRecordNow(out, record);
  stderr(`Stored in ${folder}, the record alone: toolrig report ${folder} renders the rest\n`);
}

/** How long calls took, drawn, where there is one variant to draw; several would bury their table. */
function shapeOf(record: RunRecord): string {
  const isAlone = record.scenarios.length === 1 && record.scenarios[0]?.variants.length === 1;
  return isAlone ? `\n${renderHistograms(record)}` : '';
}

function store(out: string, { record, intervalLogs }: RunResult): Promise<string> {
  return writeRun(out, record, {
    summaryCsv: renderSummaryCsv([record]),
    reportMarkdown: renderMarkdown(record),
    reportHtml: renderRunHtml(record, pageAssets()),
    intervalLogs: [...intervalLogs].flatMap(([scenario, logs]) =>
      [...logs].map(([variant, text]) => ({ scenario, variant, text })),
    ),
  });
}
