/** Gates the project on a baseline that was made on this machine. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import {
  type BaselineRules,
  judgeBaseline,
  STARTS,
} from '../../harness/compare/gate/baseline-gate.ts';
import { conclude } from '../../harness/compare/gate/gate.ts';
import {
  type GateContext,
  type GateProcess,
  type GateReport,
  reportGate,
} from '../../harness/compare/gate/gate-report.ts';
import type { GateFailure } from '../../harness/compare/gate/quad.ts';
import { type GateSample, samplesOf } from '../../harness/compare/gate/sample.ts';
import { differencesBetween } from '../../harness/compare/same-machine.ts';
import { listScenarioNames, loadScenario } from '../../harness/load/scenario-catalog.ts';
import { readBaseline } from '../../harness/results/baseline-store.ts';
import { BASELINES_FOLDER } from '../../harness/results/baselines-folder.ts';
import { readEnvironment, systemSources } from '../../harness/results/environment.ts';
import { isMadeByLoad } from '../../harness/results/made-by-load.ts';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { groupByScenario } from '../../harness/results/scenario-group.ts';
import { TOOL } from '../package-info.ts';
import { baselineLoad } from './baseline-load.ts';
import { type GateFlags, metricsOf, type RunningGate } from './gate-flags.ts';
import { GateSide, isPath } from './side.ts';

/**
 * Gates on baseline `name`. On another machine than it was made on nothing is measured, and the gate is
 * inconclusive.
 *
 * @throws ToolrigError `ERR_USAGE`, `ERR_TARGET`, `ERR_INVALID_MEASUREMENT`
 */
export async function gateOnBaseline(
  name: string,
  flags: GateFlags,
  running: RunningGate,
): Promise<GateReport> {
  const folder = process.cwd();
  const whole = await readBaseline(resolve(BASELINES_FOLDER), name);
  requireStartable(whole, name);
  const sources = await sourcesOf(whole, name, flags);
  const baseline = selected(whole, name, [...sources.keys()], flags);
  samplesOf(baseline); // refuses what cannot be gated before eight starts of it
  const environment = readEnvironment(systemSources(folder));
  const { tolerance, budget: budgetMs } = flags;
  const rules: BaselineRules = { ...metricsOf(flags), tolerance };
  const startedAt = new Date().toISOString();
  const context: GateContext = {
    baseline: {
      name: `baseline ${name}`,
      startedAt: baseline.startedAt,
      gitCommit: baseline.environment.gitCommit,
    },
    candidate: { name: 'the working tree', startedAt, gitCommit: environment.gitCommit },
    tolerance,
    environment,
    stopped: 'decided',
    elapsedMs: 0,
    budgetMs,
    processes: [],
    notGated: [],
    warnings: [
      'the baseline was made at another time, and what the machine was like then is in every figure',
    ],
  };
  const nothing = { ...judgeBaseline({ ...baseline, scenarios: [] }, [], rules), looks: 0 };
  const differences = differencesBetween(baseline.environment, environment);
  if (differences !== undefined) {
    const reasons = [`the baseline was made on another machine${differences}`];
    return reportGate({ ...nothing, reasons }, { ...context, stopped: 'failure' });
  }
  const { starts, failure, ...measured } = await start(baseline, sources, flags, running);
  const outcome =
    failure === undefined
      ? judgeBaseline(baseline, starts, rules)
      : { ...nothing, ...conclude([], failure) };
  return reportGate(outcome, { ...context, ...measured });
}

/** @throws `ERR_USAGE` for a baseline that no start of the candidate can repeat */
function requireStartable(baseline: RunRecord, name: string): void {
  if (!isMadeByLoad(baseline)) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `baseline '${name}' is of a server that toolrig load was pointed at, and the gate starts its services itself: load the ` +
      `server again and compare, with toolrig compare ${name} latest --fail-on regressed`,
  );
}

/**
 * The scenarios that are asked for, by name, and what a process finds each by: a scenario of one's own has a
 * path, which no record keeps, since it may be another one by now.
 */
async function sourcesOf(
  { scenarios }: RunRecord,
  name: string,
  { scenarios: given }: GateFlags,
): Promise<ReadonlyMap<string, string>> {
  const own = await listScenarioNames();
  const sources = new Map<string, string>();
  for (const each of given ?? groupByScenario(scenarios).map((group) => group.name)) {
    if (isPath(each)) {
      // oxlint-disable-next-line no-await-in-loop -- one or two of them
      const scenario = await loadScenario(each);
      sources.set(scenario.name, `./${relative(process.cwd(), resolve(each))}`);
    } else {
      sources.set(each, each);
    }
  }
  const [unplaced] = groupByScenario(scenarios).filter(
    (group) => sources.get(group.name) === group.name && !own.includes(group.name),
  );
  if (unplaced === undefined) return sources;
  throw new ToolrigError(
    'ERR_USAGE',
    `scenario '${unplaced.name}' of baseline '${name}' is one of your own: give its path, as ` +
      `--scenarios ./${unplaced.name}.scenario.mjs`,
  );
}

/** The part of a baseline that is asked for. */
function selected(
  baseline: RunRecord,
  name: string,
  wanted: readonly string[],
  flags: GateFlags,
): RunRecord {
  const groups = groupByScenario(baseline.scenarios);
  const known = [
    groups.map((group) => group.name),
    baseline.scenarios.flatMap(({ variants }) => variants.map(({ variant }) => variant)),
  ] as const;
  const { variants = known[1] } = flags;
  for (const [what, given, all] of [
    ['scenario', wanted, known[0]],
    ['variant', variants, known[1]],
  ] as const) {
    const unknown = given.find((each) => !all.includes(each));
    if (unknown === undefined) continue;
    throw new ToolrigError(
      'ERR_USAGE',
      `baseline '${name}' has no ${what} '${unknown}'.${didYouMean(unknown, [...new Set(all)])}`,
    );
  }
  const scenarios = groups
    .filter((group) => wanted.includes(group.name))
    .flatMap(({ cases }) => cases.map(({ record }) => record))
    .map((record) => ({
      ...record,
      variants: record.variants.filter(({ variant }) => variants.includes(variant)),
    }))
    .filter((record) => record.variants.length > 0);
  return { ...baseline, scenarios };
}

interface Started extends Pick<GateContext, 'processes' | 'stopped' | 'elapsedMs'> {
  readonly starts: readonly (readonly GateSample[])[];
  /** What ended it before its time. */
  readonly failure?: GateFailure;
}

/** Starts the candidate as often as a verdict needs, each time as the baseline was measured. */
async function start(
  baseline: RunRecord,
  sources: ReadonlyMap<string, string>,
  flags: GateFlags,
  { signal, progress }: RunningGate,
): Promise<Started> {
  const planned = groupByScenario(baseline.scenarios).flatMap(({ name, cases }) =>
    cases.slice(0, 1).map(({ record }) => ({
      name,
      load: baselineLoad(record, flags),
      variants: record.variants.map(({ variant }) => variant),
    })),
  );
  const tool = { main: process.argv[1] as string, version: TOOL.version };
  const side = new GateSide('candidate', process.cwd(), tool, signal);
  const out = await mkdtemp(join(tmpdir(), 'toolrig-gate-'));
  const startedAtMs = performance.now();
  const elapsed = () => performance.now() - startedAtMs;
  const starts: GateSample[][] = [];
  const processes: GateProcess[] = [];
  const done = (stopped: Started['stopped']): Started => ({
    starts,
    processes,
    stopped,
    elapsedMs: elapsed(),
  });
  try {
    while (starts.length < STARTS) {
      const ofStart: GateSample[] = [];
      for (const { name, variants, load } of planned) {
        progress.update({
          subject: `start ${starts.length + 1} of ${STARTS}`,
          detail: name,
          doneRatio: starts.length / STARTS,
        });
        // oxlint-disable-next-line no-await-in-loop -- two at a time would measure each other
        const samples = await side.measure(sources.get(name) ?? name, variants, load, out);
        if (!Array.isArray(samples)) return { ...done('failure'), failure: samples };
        ofStart.push(...samples);
        processes.push({ side: 'candidate', scenario: name, samples });
      }
      starts.push(ofStart);
      if (
        starts.length < STARTS &&
        (elapsed() / starts.length) * (starts.length + 1) > flags.budget
      ) {
        return done('time');
      }
    }
    return done('decided');
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    return done('interrupted');
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
