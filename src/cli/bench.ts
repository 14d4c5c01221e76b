/** What `toolrig bench` does: runs scenarios on variants, prints their tables, stores the run. */

import { resolve } from 'node:path';
import { ToolrigError } from '../core/errors.ts';
import type { ArrivalKind, RateStage } from '../harness/load/arrival-schedule.ts';
import type { Load } from '../harness/load/load.ts';
import { contradictionIn } from '../harness/load/load.ts';
import type { PlannedScenario } from '../harness/load/prepare-scenario.ts';
import { FLAG_NAMES, type ThinkTime } from '../harness/load/resolve-load.ts';
import type { Suite } from '../harness/load/scenario.ts';
import { loadScenario, loadSuite } from '../harness/load/scenario-catalog.ts';
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
import { type RunResult, runScenarios } from '../harness/run.ts';
import { loadVariant, VARIANTS } from '../harness/variants/variants.ts';
import { commandLine } from './command-line.ts';
import { listenForInterrupt } from './interrupt.ts';
import { announceRun } from './live-announcement.ts';
import { TOOL } from './package-info.ts';
import { pageAssets } from './page-assets.ts';
import { createProgress } from './progress.ts';
import { progressLine } from './progress-line.ts';
import { runExitCode } from './run-exit-code.ts';
import { guardRun, type RunGuard } from './run-guard.ts';
import { lostOutput, stderr, stdout, wantsColour } from './streams.ts';

/** The arguments and flags, checked one by one. */
export interface BenchFlags {
  readonly scenario: string[];
  readonly suite?: Suite;
  readonly variants?: string[];
  readonly concurrency?: number;
  readonly calls?: number;
  readonly duration?: number;
  readonly batch?: number;
  readonly payload?: number[];
  readonly rounds?: number;
  readonly warmup?: number;
  readonly think?: ThinkTime;
  readonly rate?: number | 'max';
  readonly slo?: string;
  readonly arrivals?: ArrivalKind;
  readonly stages?: RateStage[];
  readonly 'max-in-flight'?: number;
  readonly workers?: number;
  readonly threshold?: string[];
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Runs what the flags ask for, and sets the exit code. Where a service or scenario ends the program, what was measured
 * is printed and kept all the same.
 *
 * @throws what the run failed with, after its results have been printed and stored
 */
export async function bench(flags: BenchFlags): Promise<void> {
  const guard = guardRun('the loading of its scenarios');
  try {
    await benchGuarded(flags, guard);
  } finally {
    guard.release();
  }
}

async function benchGuarded(flags: BenchFlags, guard: RunGuard): Promise<void> {
  const { json = false, quiet = false } = flags;
  const out = resolve(flags.out);
  const load = loadOf(flags);
  const planned = await plan(flags);
  await checkWritable(out);
  const interrupt = listenForInterrupt();
  const progress = createProgress(quiet);
  const runId = createRunId(new Date(), Math.random);
  const command = commandLine();
  const live = announceRun(out, runId, command);
  guard.at('its beginning');
  let result: RunResult;
  try {
    result = await runScenarios(planned, {
      runId,
      tool: TOOL,
      command,
      environment: readEnvironment(systemSources(process.cwd())),
      load,
      ...(flags.payload === undefined ? {} : { payloadBytes: flags.payload }),
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

async function plan(flags: BenchFlags): Promise<PlannedScenario[]> {
  if (flags.suite !== undefined && flags.scenario.length > 0) {
    throw new ToolrigError(
      'ERR_USAGE',
      `--suite ${flags.suite} and ${flags.scenario.join(', ')} exclude each other: give one`,
    );
  }
  const scenarios =
    flags.scenario.length > 0
      ? await Promise.all(flags.scenario.map(loadScenario))
      : await loadSuite(flags.suite ?? 'cost');
  requireDifferentNames(scenarios.map(({ name }) => name));
  const defaults = VARIANTS.map(({ name }) => name).filter((name) => name !== 'http-saturation');
  return Promise.all(
    scenarios.map(async (scenario) => ({
      scenario,
      variants: await Promise.all(
        (flags.variants ?? scenario.variants ?? defaults).map(loadVariant),
      ),
    })),
  );
}

/** Results are filed by the scenario's name. */
function requireDifferentNames(scenarioNames: readonly string[]): void {
  const twice = scenarioNames.find((name, index) => scenarioNames.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new ToolrigError('ERR_USAGE', `two scenarios are named '${twice}': name each once`);
}

/** The part of the load that was asked for. Throws `ERR_USAGE` for what excludes each other. */
function loadOf(flags: BenchFlags): Load {
  const given = {
    concurrency: flags.concurrency,
    batch: flags.batch,
    calls: flags.calls,
    durationMs: flags.duration,
    rounds: flags.rounds,
    warmupMs: flags.warmup,
    thinkMs: flags.think?.meanMs,
    thinkTime: flags.think?.kind,
    ratePerSecond: flags.rate,
    slo: flags.slo,
    arrivals: flags.arrivals,
    stages: flags.stages,
    maxInFlight: flags['max-in-flight'],
    workers: flags.workers,
  };
  const load: Load = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const contradiction = contradictionIn(load, (key) => FLAG_NAMES[key]);
  if (contradiction !== undefined) throw new ToolrigError('ERR_USAGE', contradiction);
  return load;
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
