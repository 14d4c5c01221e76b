/**
 * A run: scenarios in, run record out. It opens the variants, measures case by case and keeps what
 * was measured when it is interrupted. It writes nothing; the caller has the store for that.
 */

import { messageOf, ToolrigError } from '../core/errors.ts';
import { planCalls } from './load/call-plan.ts';
import { hasChaos } from './load/chaos-requirements.ts';
import { windowCount } from './load/chaos-windows.ts';
import { withContestants } from './load/contestants.ts';
import { type HarnessCost, measureHarnessCost } from './load/harness-cost.ts';
import { measureCase } from './load/measure.ts';
import { measureChaos } from './load/measure-chaos.ts';
import type { CaseMeasurement, Contestant, MeasureProgress } from './load/measurement.ts';
import {
  type PlannedScenario,
  type PreparedScenario,
  type PrepareOptions,
  prepareScenario,
} from './load/prepare-scenario.ts';
import { ProgressMeter, type RunProgress } from './load/run-progress.ts';
import type { Scenario, ScenarioCase } from './load/scenario.ts';
import type { Environment } from './results/environment.ts';
import type { RunRecord, ScenarioRecord } from './results/run-record.ts';
import { SCHEMA_VERSION } from './results/run-record.ts';
import { initHistograms } from './stats/latency-histogram.ts';
import { seededRandom } from './stats/random.ts';
import { type CaseSummary, summariseCase } from './summarise.ts';
import { type EarlyEnd, validityOf } from './validity.ts';

/** The variants that the others are compared with, where they run. */
const BASELINES = ['json', 'direct', 'native'];
/** The variant measured twice a round, by preference. */
const REFERENCES = ['native', 'json'];

export interface RunOptions extends PrepareOptions {
  readonly runId: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** The command line that repeats the run. */
  readonly command: string;
  readonly environment: Environment;
  /** Same seed, same inputs. */
  readonly seed: number;
  /** Ends the run early; what is complete is kept. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
  /** Hears where the run has got to: `scenario 'mixed', variant 'native' in round 3`. Default: nobody does. */
  readonly onStep?: (where: string) => void;
  /**
   * Is given, before anything has started, a function for whoever must end at once and cannot wait for the run: it tells
   * what has been measured so far, as if the run had ended early for that reason, or `undefined` as long as that is
   * nothing. The run cannot go on afterwards. Default: nobody is.
   */
  readonly onBegun?: (soFar: (failure: ToolrigError) => RunResult | undefined) => void;
  /** Whether one variant is measured a second time, for the noise floor. Default: `measure`. */
  readonly twin?: 'measure' | 'none';
  /** Default: {@link measureHarnessCost}, which takes a while. */
  readonly measureCost?: () => Promise<HarnessCost>;
}

export interface RunResult {
  readonly record: RunRecord;
  /** Text of an interval log for each scenario and variant, by `scenario` and then `variant`. */
  readonly intervalLogs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /**
   * The error that ended the run early, after something had been measured; the record has what was.
   * `undefined` when the run came to its end or was interrupted.
   */
  readonly failure: unknown;
}

/**
 * Runs the scenarios one after the other.
 *
 * @throws `ERR_USAGE`, `ERR_INVALID_OPTION` before anything has started; as long as nothing has been
 *   measured, `ERR_TARGET` when a variant cannot be opened and `ERR_INVALID_MEASUREMENT` when replies
 *   are wrong from the first
 */
export async function runScenarios(
  planned: readonly PlannedScenario[],
  options: RunOptions,
): Promise<RunResult> {
  const { measureCost = measureHarnessCost } = options;
  const prepared = planned.map((each) => prepareScenario(each, options));
  const startedAt = new Date().toISOString();
  initHistograms();
  const cost = await measureCost();
  const scenarios: ScenarioRecord[] = [];
  const intervalLogs = new Map<string, ReadonlyMap<string, string>>();
  const progress = new ProgressMeter(prepared, options.onProgress);
  let underWay: CaseUnderWay | undefined;
  const observer: CaseObserver = {
    onBegun(soFar) {
      underWay = soFar;
    },
    onDone({ record, intervalLogs: logs }) {
      underWay = undefined;
      if (record.variants.length === 0) return;
      scenarios.push(record);
      intervalLogs.set(record.name, logs);
    },
  };
  const resultOf = (failure: unknown): RunResult => {
    const record: RunRecord = {
      schemaVersion: SCHEMA_VERSION,
      tool: options.tool,
      runId: options.runId,
      startedAt,
      finishedAt: new Date().toISOString(),
      command: options.command,
      environment: options.environment,
      validity: validityOf(scenarios, options.environment, earlyEnd(options.signal, failure)),
      scenarios,
    };
    return { record, intervalLogs, failure };
  };
  options.onBegun?.((failure) => {
    if (underWay !== undefined) observer.onDone(underWay());
    return scenarios.length === 0 ? undefined : resultOf(failure);
  });
  try {
    for (const each of prepared) {
      if (options.signal.aborted) break;
      await runScenario(each, options, cost, progress, observer);
    }
  } catch (thrown) {
    if (scenarios.length === 0 && !options.signal.aborted) throw thrown;
    // Whoever interrupts a run may take its targets down with it.
    return resultOf(options.signal.aborted ? undefined : thrown);
  }
  return resultOf(undefined);
}

/** What has been measured of a case that is not over. */
type CaseUnderWay = () => CaseSummary;

interface CaseObserver {
  readonly onBegun: (soFar: CaseUnderWay) => void;
  readonly onDone: (summary: CaseSummary) => void;
}

function earlyEnd(signal: AbortSignal, failure: unknown): EarlyEnd | undefined {
  if (signal.aborted) return { reason: 'the run was interrupted', verdict: 'suspect' };
  if (failure === undefined) return undefined;
  const isInvalid = failure instanceof ToolrigError && failure.code === 'ERR_INVALID_MEASUREMENT';
  return {
    reason: `the run ended early: ${messageOf(failure)}`,
    verdict: isInvalid ? 'invalid' : 'suspect',
  };
}

async function runScenario(
  prepared: PreparedScenario,
  options: RunOptions,
  cost: HarnessCost,
  progress: ProgressMeter,
  observer: CaseObserver,
): Promise<void> {
  const { scenario, variants, cases, load, thresholds } = prepared;
  const { signal, seed } = options;
  const stepOf = (name: string) => (where: string) =>
    options.onStep?.(`scenario '${name}', ${where}`);
  const measureAll = async (contestants: readonly Contestant[]) => {
    const names = variants.map(({ name }) => name);
    const reference =
      options.twin === 'none'
        ? ''
        : (REFERENCES.find((name) => names.includes(name)) ?? names[0] ?? '');
    for (const each of cases) {
      if (signal.aborted) break;
      const name = each.name === '' ? scenario.name : `${scenario.name}/${each.name}`;
      const { chaos } = each;
      const rounds = chaos === undefined ? load.rounds : windowCount(load);
      const onProgress = (step: MeasureProgress) => progress.report(name, rounds, step);
      const onStep = stepOf(name);
      const summaryOf = (measurement: CaseMeasurement) =>
        summariseCase(measurement, {
          name,
          payloadBytes: each.payloadBytes ?? null,
          load,
          chaos,
          cost,
          thresholds,
          reference,
          drivenVariants: drivenBy(contestants, prepared),
          // Variants that ran one after the other have no rounds to be paired by.
          baselines: chaos !== undefined && load.rounds === 1 ? [] : BASELINES,
          random: random(),
        });
      const plan = planCalls(each, seededRandom(seed));
      const random = () => seededRandom(seed);
      const measurement =
        chaos === undefined
          ? await measureCase(plan, contestants, load, {
              reference,
              signal,
              onProgress,
              onStep,
              onBegun: (soFar) => observer.onBegun(() => summaryOf(soFar())),
              seed,
              ...planSourceOf(scenario, each, seed),
            })
          : await measureChaos(plan, contestants, load, chaos, {
              random,
              signal,
              onProgress,
              onStep,
            });
      progress.caseDone();
      observer.onDone(summaryOf(measurement));
      if (measurement.failure !== undefined) throw measurement.failure;
    }
  };
  await withContestants(scenario, variants, measureAll, stepOf(scenario.name));
}

/** Where another thread finds the same plan; nothing for a scenario that has no module of its own. */
function planSourceOf({ module, options }: Scenario, { name }: ScenarioCase, seed: number) {
  return module === undefined ? {} : { planSource: { module, options, caseName: name, seed } };
}

/** Those that the harness's own closed loop does not drive: what it costs is known of that alone. */
function drivenBy(
  contestants: readonly Contestant[],
  { scenario, load }: PreparedScenario,
): string[] {
  const isOther = hasChaos(scenario) || load.open !== undefined;
  return contestants
    .filter(({ target }) => isOther || target.drive !== undefined)
    .map(({ variant }) => variant);
}
