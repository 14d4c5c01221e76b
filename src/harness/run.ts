/**
 * A run: scenarios in, run record out. It opens the variants, measures case by case and keeps what
 * was measured when it is interrupted. It writes nothing; the caller has the store for that.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolrigError } from '../core/errors.ts';
import { planCalls } from './load/call-plan.ts';
import {
  chaosThresholds,
  faultKindsOf,
  hasChaos,
  requireFitting,
} from './load/chaos-requirements.ts';
import { windowCount } from './load/chaos-windows.ts';
import { type HarnessCost, measureHarnessCost } from './load/harness-cost.ts';
import type { Load } from './load/load.ts';
import { measureCase } from './load/measure.ts';
import { measureChaos } from './load/measure-chaos.ts';
import type { Contestant, MeasureProgress } from './load/measurement.ts';
import { type ResolvedLoad, resolveLoad } from './load/resolve-load.ts';
import type { Scenario, ScenarioCase, ServiceSource } from './load/scenario.ts';
import type { Target, Variant } from './load/target.ts';
import { parseThreshold, type Threshold, variantsOf } from './load/threshold.ts';
import { requireShareable } from './load/worker-requirements.ts';
import type { Environment } from './results/environment.ts';
import type { RunRecord, ScenarioRecord } from './results/run-record.ts';
import { SCHEMA_VERSION } from './results/run-record.ts';
import { initHistograms } from './stats/latency-histogram.ts';
import { seededRandom } from './stats/random.ts';
import { summariseCase } from './summarise.ts';
import { type EarlyEnd, validityOf } from './validity.ts';

/** The variants that the others are compared with, where they run. */
const BASELINES = ['json', 'direct', 'native'];
/** The variant measured twice a round, by preference. */
const REFERENCES = ['native', 'json'];

/** A scenario and the variants to run it on. */
export interface PlannedScenario {
  readonly scenario: Scenario;
  readonly variants: readonly Variant[];
}

export interface RunProgress extends MeasureProgress {
  /** Name of the scenario, with its case. */
  readonly scenario: string;
  readonly rounds: number;
  /** Share of the whole run that is done, 0 to 1. */
  readonly doneRatio: number;
}

export interface RunOptions {
  readonly runId: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** The command line that repeats the run. */
  readonly command: string;
  readonly environment: Environment;
  /** Wins over each scenario's own. */
  readonly load: Load;
  /** Only cases of one of these nominal sizes, in bytes. Default: all. */
  readonly payloadBytes?: readonly number[];
  /** Added to each scenario's own. */
  readonly thresholds?: readonly string[];
  /** Same seed, same inputs. */
  readonly seed: number;
  /** Ends the run early; what is complete is kept. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RunProgress) => void;
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

/** What of a scenario is fixed before anything starts. */
interface Prepared extends PlannedScenario {
  readonly cases: readonly ScenarioCase[];
  readonly load: ResolvedLoad;
  readonly thresholds: readonly Threshold[];
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
  const prepared = planned.map((each) => prepare(each, options));
  const startedAt = new Date().toISOString();
  initHistograms();
  const cost = await measureCost();
  const scenarios: ScenarioRecord[] = [];
  const intervalLogs = new Map<string, ReadonlyMap<string, string>>();
  const progress = new ProgressMeter(prepared, options.onProgress);
  let failure: unknown;
  try {
    for (const each of prepared) {
      if (options.signal.aborted) break;
      await runScenario(each, options, cost, progress, (record, logs) => {
        scenarios.push(record);
        intervalLogs.set(record.name, logs);
      });
    }
  } catch (thrown) {
    if (scenarios.length === 0 && !options.signal.aborted) throw thrown;
    // Whoever interrupts a run may take its targets down with it.
    failure = options.signal.aborted ? undefined : thrown;
  }
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

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function prepare({ scenario, variants }: PlannedScenario, options: RunOptions): Prepared {
  const expressions = [...scenario.thresholds, ...(options.thresholds ?? [])];
  const thresholds = expressions.map(parseThreshold);
  const names = variants.map(({ name }) => name);
  for (const threshold of thresholds) variantsOf(threshold, names); // throws for one that is absent
  requireFitting(scenario, variants, options.load, thresholds);
  // How services bear trouble is watched over one long stretch, unless the scenario compares.
  const rounds = hasChaos(scenario) ? { rounds: 1 } : {};
  const load = resolveLoad({ ...rounds, ...scenario.load }, options.load);
  requireShareable(scenario, variants, load.open?.workers ?? 1);
  // What a rate must keep to says itself how many calls may fail.
  const ofRate = load.open?.slo?.thresholds ?? [];
  thresholds.push(
    ...defaultThresholds([...thresholds, ...ofRate], names),
    ...(hasChaos(scenario) ? chaosThresholds(thresholds) : []),
  );
  return { scenario, variants, cases: casesOf(scenario, options.payloadBytes), load, thresholds };
}

/** A call that fails is never fine by silence: what no threshold on errors covers may have none. */
function defaultThresholds(
  thresholds: readonly Threshold[],
  names: readonly string[],
): Threshold[] {
  const onErrors = thresholds.filter(({ metric }) => metric === 'errors');
  if (onErrors.length === 0) return [parseThreshold('errors <= 0%')];
  const covered = new Set(onErrors.flatMap((threshold) => variantsOf(threshold, names)));
  return names
    .filter((name) => !covered.has(name))
    .map((name) => parseThreshold(`${name}.errors <= 0%`));
}

function casesOf(
  scenario: Scenario,
  sizes: readonly number[] | undefined,
): readonly ScenarioCase[] {
  if (sizes === undefined) return scenario.cases;
  const cases = scenario.cases.filter(({ payloadBytes }) => sizes.includes(payloadBytes ?? -1));
  if (cases.length > 0) return cases;
  const known = new Set(scenario.cases.flatMap(({ payloadBytes }) => payloadBytes ?? []));
  throw new ToolrigError(
    'ERR_USAGE',
    known.size === 0
      ? `scenario '${scenario.name}' has no payload sizes: leave out --payload`
      : `scenario '${scenario.name}' has no payload of ${sizes.join(', ')} bytes. There is: ${[...known].join(', ')}.`,
  );
}

async function runScenario(
  prepared: Prepared,
  options: RunOptions,
  cost: HarnessCost,
  progress: ProgressMeter,
  onCase: (record: ScenarioRecord, logs: ReadonlyMap<string, string>) => void,
): Promise<void> {
  const { scenario, variants, cases, load, thresholds } = prepared;
  const folder = await mkdtemp(join(tmpdir(), 'toolrig-'));
  const contestants: Contestant[] = [];
  try {
    const services = await started(`the services of scenario '${scenario.name}'`, () =>
      servicesOf(scenario, folder),
    );
    for (const variant of variants) {
      const target = await started(`variant '${variant.name}'`, () =>
        opened(variant, scenario, services),
      );
      contestants.push({ variant: variant.name, target });
    }
    const names = variants.map(({ name }) => name);
    // What the harness costs is known of its own closed loop alone.
    const drivenVariants = contestants
      .filter(
        ({ target }) => target.drive !== undefined || hasChaos(scenario) || load.open !== undefined,
      )
      .map(({ variant }) => variant);
    const reference = REFERENCES.find((name) => names.includes(name)) ?? names[0] ?? '';
    for (const each of cases) {
      if (options.signal.aborted) break;
      const name = each.name === '' ? scenario.name : `${scenario.name}/${each.name}`;
      const plan = planCalls(each, seededRandom(options.seed));
      const { chaos } = each;
      const { signal, seed } = options;
      const { module } = scenario;
      const rounds = chaos === undefined ? load.rounds : windowCount(load);
      const onProgress = (step: MeasureProgress) => progress.report(name, rounds, step);
      const measurement =
        chaos === undefined
          ? await measureCase(plan, contestants, load, {
              reference,
              signal,
              onProgress,
              seed,
              ...(module === undefined
                ? {}
                : { planSource: { module, caseName: each.name, seed } }),
            })
          : await measureChaos(plan, contestants, load, chaos, {
              random: () => seededRandom(options.seed),
              signal,
              onProgress,
            });
      progress.caseDone();
      const { record, intervalLogs } = summariseCase(measurement, {
        name,
        payloadBytes: each.payloadBytes ?? null,
        load,
        chaos,
        cost,
        thresholds,
        reference,
        drivenVariants,
        // Variants that ran one after the other have no rounds to be paired by.
        baselines: chaos !== undefined && load.rounds === 1 ? [] : BASELINES,
        random: seededRandom(options.seed),
      });
      if (record.variants.length > 0) onCase(record, intervalLogs);
      if (measurement.failure !== undefined) throw measurement.failure;
    }
  } finally {
    // One that cannot be closed, perhaps since it is dead, must not keep the others open.
    await Promise.allSettled(contestants.map(({ target }) => target.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens a variant, under a supervisor where the scenario breaks services. */
function opened(
  variant: Variant,
  scenario: Scenario,
  services: Readonly<Record<string, ServiceSource>>,
): Promise<Target> {
  const { supervision } = variant;
  if (supervision === undefined || faultKindsOf(scenario).length === 0) {
    return variant.open(services);
  }
  return supervision.open(services);
}

/** Starts something that is to be measured; what is no error of ours becomes `ERR_TARGET`. */
async function started<T>(what: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    if (cause instanceof ToolrigError) throw cause;
    throw new ToolrigError('ERR_TARGET', `${what} did not start: ${messageOf(cause)}`, { cause });
  }
}

async function servicesOf(
  scenario: Scenario,
  folder: string,
): Promise<Readonly<Record<string, ServiceSource>>> {
  return typeof scenario.services === 'function' ? scenario.services(folder) : scenario.services;
}

/** Turns the steps of one case into a share of the whole run. */
class ProgressMeter {
  readonly #onProgress: RunOptions['onProgress'];
  readonly #caseCount: number;
  #casesDone = 0;

  constructor(prepared: readonly Prepared[], onProgress: RunOptions['onProgress']) {
    this.#onProgress = onProgress;
    this.#caseCount = prepared.reduce((count, { cases }) => count + cases.length, 0);
  }

  caseDone(): void {
    this.#casesDone++;
  }

  report(scenario: string, rounds: number, step: MeasureProgress): void {
    const { round, roundRatio = 1 } = step;
    const ofCase = (round - 1 + roundRatio) / (rounds + 1);
    const doneRatio = Math.min(1, (this.#casesDone + ofCase) / this.#caseCount);
    this.#onProgress({ ...step, scenario, rounds, doneRatio });
  }
}
