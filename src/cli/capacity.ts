/** What `toolrig capacity` does: measures ways of hosting or reads what others measured, and plans with it. */

import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { messageOf, ToolrigError } from '../core/errors.ts';
import { mergeSweeps, parseSweep } from '../harness/capacity/import-sweep.ts';
import {
  type InstanceType,
  parseInstanceType,
  priceOf,
} from '../harness/capacity/instance-type.ts';
import type { MeasuredSweep } from '../harness/capacity/measured-sweep.ts';
import { parseSpare } from '../harness/capacity/redundancy.ts';
import { parseWorkload } from '../harness/capacity/workload.ts';
import { type PlanRequest, planCapacity } from '../harness/plan-capacity.ts';
import { renderCapacityMarkdown } from '../harness/report/capacity-markdown.ts';
import { renderCapacityText } from '../harness/report/capacity-text.ts';
import { renderSummaryCsv } from '../harness/report/csv.ts';
import { renderCapacityHtml } from '../harness/report/html/capacity-page.ts';
import { renderRunHtml } from '../harness/report/html/run-page.ts';
import { renderMarkdown } from '../harness/report/markdown.ts';
import type { CapacityRecord } from '../harness/results/capacity-record.ts';
import type { Environment } from '../harness/results/environment.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { stringifyRunRecord } from '../harness/results/run-json.ts';
import { type RunRecord, SCHEMA_VERSION } from '../harness/results/run-record.ts';
import { checkWritable, createRunId, writeRun } from '../harness/results/run-store.ts';
import { seededRandom } from '../harness/stats/random.ts';
import { type Measured, type MeasuringFlags, measureVariants } from './capacity-measure.ts';
import { parseObjectives } from './capacity-objectives.ts';
import { commandLine } from './command-line.ts';
import { EXIT } from './exit-codes.ts';
import { TOOL } from './package-info.ts';
import { pageAssets } from './page-assets.ts';
import { stderr, stdout } from './streams.ts';

/** The arguments and flags, checked one by one. */
export interface CapacityFlags extends MeasuringFlags {
  readonly 'target-rate'?: number;
  readonly workload?: string;
  readonly growth: number;
  readonly horizon: number;
  readonly instance?: string;
  readonly headroom: number;
  readonly redundancy: string;
  readonly zones: number;
  readonly budget?: string;
  readonly from?: string[];
  readonly out: string;
  readonly json?: boolean;
}

/** Plans what the flags ask for, prints and stores it, and sets the exit code. */
export async function capacity(flags: CapacityFlags): Promise<void> {
  const { json = false, quiet = false, from } = flags;
  const out = resolve(flags.out);
  const environment = readEnvironment(systemSources(process.cwd()));
  const request = requestOf(flags, environment);
  await checkWritable(out);
  const measured =
    from === undefined
      ? await measureVariants(flags, request.objectives, environment)
      : await imported(from, environment);
  const plan = planCapacity(measured.evidence, {
    ...request,
    scenario: measured.scenario,
    refused: measured.refused,
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
    validity: measured.record.validity.verdict,
  });
  const record: RunRecord = { ...measured.record, capacity: plan };
  if (json) stdout(stringifyRunRecord(record));
  else stdout(renderCapacityText(record, plan));
  const folder = await store(out, record, plan);
  if (!quiet) stderr(`Stored in ${folder}\n`);
  process.exitCode = measured.wasInterrupted ? EXIT.interrupted : exitCodeFor(plan);
}

/** Everything that can be wrong with the flags is said before anything is measured. */
function requestOf(
  flags: CapacityFlags,
  environment: Environment,
): Omit<PlanRequest, 'scenario' | 'validity'> {
  const { instance, budget, growth, horizon } = flags;
  if ((flags.from === undefined) === (flags.scenario === undefined)) {
    throw new ToolrigError(
      'ERR_USAGE',
      'name a scenario to measure, or results of others with --from: one of the two',
    );
  }
  if (flags.from !== undefined && flags.workers !== undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      '--workers is for measuring, and --from has been measured: leave one of them out',
    );
  }
  const price = budget === undefined ? undefined : priceOf(budget);
  if (budget !== undefined && price === undefined) {
    throw new ToolrigError('ERR_USAGE', `--budget must be a price such as $500, got '${budget}'`);
  }
  const type = instance === undefined ? thisMachine(environment) : parseInstanceType(instance);
  requireComparable(type, price);
  return {
    objectives: parseObjectives(flags.slo),
    demand: { ...loadOf(flags), growthPerMonth: growth, horizonMonths: horizon },
    policy: {
      headroom: flags.headroom,
      redundancy: { spare: parseSpare(flags.redundancy), zones: flags.zones },
    },
    budgetPerMonth: price?.amount ?? null,
    instance: type,
    isThisMachine: instance === undefined,
    random: seededRandom(flags.seed),
  };
}

function loadOf({ 'target-rate': rate, workload }: CapacityFlags) {
  if (rate !== undefined && workload !== undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      '--target-rate and --workload exclude each other: give one',
    );
  }
  if (rate === undefined && workload === undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      "say how much is asked: --target-rate 10000, or --workload '400 agents, 6 calls a turn, 2 turns a minute'",
    );
  }
  if (workload === undefined) {
    const perSecond = rate as number; // one of the two is given
    return {
      text: `${perSecond.toLocaleString('en-US')} calls a second`,
      meanRatePerSecond: perSecond,
      peakRatePerSecond: perSecond,
    };
  }
  const { text, meanRatePerSecond, peakRatePerSecond } = parseWorkload(workload);
  return { text, meanRatePerSecond, peakRatePerSecond };
}

function thisMachine({ availableParallelism, memoryBytes }: Environment): InstanceType {
  return { name: 'this machine', cores: availableParallelism, memoryBytes, price: null };
}

function requireComparable(
  { price, name }: InstanceType,
  budget: { readonly currency: string } | undefined,
): void {
  if (budget === undefined) return;
  if (price?.currency === budget.currency) return;
  throw new ToolrigError(
    'ERR_USAGE',
    price === null
      ? `--budget needs a price to hold against: --instance '${name}=2c,4GiB,$52'`
      : `--budget is in ${budget.currency} and the instance's price in ${price.currency}: use one currency`,
  );
}

async function imported(paths: readonly string[], environment: Environment): Promise<Measured> {
  const startedAt = new Date();
  const sweeps = await Promise.all(paths.map(readSweep));
  const sweep = mergeSweeps(sweeps as [MeasuredSweep, ...MeasuredSweep[]]); // yargs gives at least one
  return {
    scenario: sweep.name,
    refused: [],
    wasInterrupted: false,
    evidence: [
      {
        variant: sweep.name,
        sweep,
        scaling: [],
        operations: [],
        rssBytes: null,
        bytesPerService: null,
        coldStartMs: null,
        generatorLimitedPoints: 0,
        sharesCores: false,
      },
    ],
    record: {
      schemaVersion: SCHEMA_VERSION,
      tool: TOOL,
      runId: createRunId(startedAt, Math.random),
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      command: commandLine(),
      environment,
      validity: { verdict: 'valid', reasons: [] },
      scenarios: [],
    },
  };
}

async function readSweep(path: string): Promise<MeasuredSweep> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ToolrigError('ERR_USAGE', `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return parseSweep(text, basename(path));
}

function store(out: string, record: RunRecord, plan: CapacityRecord): Promise<string> {
  const assets = pageAssets();
  return writeRun(out, record, {
    summaryCsv: renderSummaryCsv([record]),
    reportMarkdown: renderMarkdown(record),
    reportHtml: renderRunHtml(record, assets),
    intervalLogs: [],
    pages: [
      { name: 'capacity.md', text: renderCapacityMarkdown(record, plan) },
      { name: 'capacity.html', text: renderCapacityHtml(record, plan, assets) },
      { name: 'capacity.json', text: `${JSON.stringify(plan, undefined, 2)}\n` },
    ],
  });
}

/** Like a threshold that failed: no option keeps to the objectives, or the best costs more than there is. */
function exitCodeFor({ options: [best], policy }: CapacityRecord): number {
  if (best === undefined) return EXIT.failed;
  const { budgetPerMonth } = policy;
  return budgetPerMonth !== null && (best.costPerMonth ?? 0) > budgetPerMonth
    ? EXIT.failed
    : EXIT.pass;
}
