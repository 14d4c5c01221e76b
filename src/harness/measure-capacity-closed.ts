/**
 * What a plan learns of a target in the closed loop: what each operation takes by itself, and what each further
 * scheduler adds.
 */

import { availableParallelism } from 'node:os';
import type { ScalePoint } from './capacity/scalability-fit.ts';
import type { CallPlan } from './load/call-plan.ts';
import { type ReadyCall, readyCalls, runClosedBlock } from './load/closed-executor.ts';
import { BlockRecorder } from './load/recorder.ts';
import { ResourceMeter } from './load/resource-meter.ts';
import type { ServiceSource } from './load/scenario.ts';
import type { Target, Variant } from './load/target.ts';
import type { CapacityOperation } from './results/capacity-record.ts';

export interface ClosedOptions {
  readonly signal: AbortSignal;
  /** What is being done, in words. */
  readonly onStep: (step: string) => void;
}

export interface Scaling {
  readonly scaling: readonly ScalePoint[];
  /** Why there are no points. */
  readonly scalingProblem?: string;
}

const OPERATION_MS = 300;
const OPERATION_CALLERS = 4;
const SCALING_MS = 700;
const CALLERS_PER_SCHEDULER = 16;
const MOST_SCHEDULERS = 8;
const STATEFUL =
  'copies of the services answered wrongly: they keep a state that they do not share';

/** What each operation takes by itself, in a closed loop. */
export async function operationsOf(
  plan: CallPlan,
  target: Target,
  options: ClosedOptions,
): Promise<readonly CapacityOperation[]> {
  const operations = [...new Set(plan.map(({ operation }) => operation))];
  const measured: CapacityOperation[] = [];
  for (const operation of operations) {
    if (options.signal.aborted) break;
    options.onStep(operation.name);
    const calls = readyCalls(
      plan.filter((call) => call.operation === operation),
      (each) => target.prepare(each),
    );
    const meter = new ResourceMeter(() => target.usage());
    // oxlint-disable-next-line no-await-in-loop -- operations that ran together would measure each other
    await meter.start();
    // oxlint-disable-next-line no-await-in-loop
    const { count, durationMs } = await closedBlock(
      calls,
      OPERATION_CALLERS,
      OPERATION_MS,
      options,
    );
    // oxlint-disable-next-line no-await-in-loop
    const { cpuNs } = await meter.stop();
    if (count === 0) continue;
    measured.push({
      operation: operation.name,
      service: operation.service,
      cpuNsPerCall: cpuNs / count,
      callsPerSecond: (count * 1_000) / durationMs,
    });
  }
  return measured;
}

/** Throughput with 1, 2, … copies of every service; none, and why, when copies answer wrongly. */
export async function scalingOf(
  variant: Variant,
  sources: Readonly<Record<string, ServiceSource>>,
  plan: CallPlan,
  options: ClosedOptions,
): Promise<Scaling> {
  const points: ScalePoint[] = [];
  const most = Math.min(MOST_SCHEDULERS, availableParallelism());
  for (let n = 1; n <= most; n++) {
    if (options.signal.aborted) break;
    options.onStep(`${n} schedulers`);
    const copies = Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, { ...source, replicas: n }]),
    );
    // oxlint-disable-next-line no-await-in-loop -- they would share the cores
    const target = await variant.open(copies);
    try {
      const calls = readyCalls(plan, (operation) => target.prepare(operation));
      const callers = CALLERS_PER_SCHEDULER * n;
      for (const isWarm of [false, true, true]) {
        // oxlint-disable-next-line no-await-in-loop
        const { count, failed, durationMs } = await closedBlock(
          calls,
          callers,
          SCALING_MS,
          options,
        );
        if (failed > 0) return { scaling: [], scalingProblem: STATEFUL };
        if (isWarm && count > 0) {
          points.push({ n, throughputPerSecond: (count * 1_000) / durationMs });
        }
      }
    } finally {
      // oxlint-disable-next-line no-await-in-loop
      await target.close();
    }
  }
  return { scaling: points };
}

async function closedBlock(
  calls: readonly ReadyCall[],
  concurrency: number,
  durationMs: number,
  { signal }: ClosedOptions,
): Promise<{ readonly count: number; readonly failed: number; readonly durationMs: number }> {
  const recorder = new BlockRecorder();
  const tookMs = await runClosedBlock(
    calls,
    { concurrency, batch: 1, firstCall: 0, durationMs, calls: Number.POSITIVE_INFINITY, signal },
    recorder,
  );
  return { count: recorder.succeeded, failed: recorder.failed, durationMs: tookMs };
}
