/** Measures what `toolrig capacity` plans with. */

import { ToolrigError } from '../core/errors.ts';
import type { Objective } from '../harness/capacity/objective.ts';
import type { VariantEvidence } from '../harness/capacity/variant-evidence.ts';
import type { ScenarioCase } from '../harness/load/scenario.ts';
import { loadScenario } from '../harness/load/scenario-catalog.ts';
import { requireShareable } from '../harness/load/worker-requirements.ts';
import { measureCapacity } from '../harness/measure-capacity.ts';
import type { CapacityRefusal } from '../harness/results/capacity-record.ts';
import type { Environment } from '../harness/results/environment.ts';
import type { RunRecord } from '../harness/results/run-record.ts';
import { createRunId } from '../harness/results/run-store.ts';
import { runScenarios } from '../harness/run.ts';
import { loadVariant } from '../harness/variants/variants.ts';
import { commandLine } from './command-line.ts';
import { listenForInterrupt } from './interrupt.ts';
import { TOOL } from './package-info.ts';
import { createProgress } from './progress.ts';
import { guardRun, type RunGuard } from './run-guard.ts';

/** The flags that measuring looks at. */
export interface MeasuringFlags {
  readonly scenario?: string;
  readonly slo: string;
  readonly variants?: string[];
  readonly duration: number;
  readonly workers?: number;
  readonly seed: number;
  readonly quiet?: boolean;
}

/** What is known before planning: whose results, and the record that they go into. */
export interface Measured {
  readonly scenario: string;
  readonly evidence: readonly VariantEvidence[];
  readonly refused: readonly CapacityRefusal[];
  readonly record: RunRecord;
  readonly wasInterrupted: boolean;
}

const DEFAULT_VARIANTS = ['native', 'worker', 'stdio', 'http'];
/** Short and closed: what calls cost, and whether this machine can be trusted now. */
const PROBE = { concurrency: 16, durationMs: 1_500, rounds: 6 };

/**
 * Measures the scenario on each variant: a short run of the closed loop, which the record is made of, and then what a plan
 * needs. A variant that cannot be measured is refused with the reason.
 */
export async function measureVariants(
  flags: MeasuringFlags,
  objectives: readonly Objective[],
  environment: Environment,
): Promise<Measured> {
  const guard = guardRun('the loading of its scenario');
  try {
    return await measureGuarded(flags, objectives, environment, guard);
  } finally {
    guard.release();
  }
}

async function measureGuarded(
  flags: MeasuringFlags,
  objectives: readonly Objective[],
  environment: Environment,
  guard: RunGuard,
): Promise<Measured> {
  const scenario = await loadScenario(flags.scenario ?? '');
  const [first, ...others] = scenario.cases;
  if (others.length > 0) {
    const names = scenario.cases.map(({ name }) => `${scenario.name}/${name}`).join(', ');
    throw new ToolrigError(
      'ERR_USAGE',
      `'${scenario.name}' has several cases: name one of ${names}`,
    );
  }
  const variants = await Promise.all((flags.variants ?? DEFAULT_VARIANTS).map(loadVariant));
  const { workers = 1 } = flags;
  requireShareable(scenario, variants, workers);
  const interrupt = listenForInterrupt();
  const progress = createProgress(flags.quiet === true);
  const { signal } = interrupt;
  guard.keepWith(() => progress.end());
  try {
    const { record } = await runScenarios([{ scenario, variants }], {
      runId: createRunId(new Date(), Math.random),
      tool: TOOL,
      command: commandLine(),
      environment,
      load: PROBE,
      seed: flags.seed,
      signal,
      onProgress: ({ variant, doneRatio }) =>
        progress.update({ subject: 'closed loop', detail: variant, doneRatio: doneRatio * 0.1 }),
      onStep: (where) => guard.at(where),
    });
    const evidence: VariantEvidence[] = [];
    const refused: CapacityRefusal[] = [];
    for (const [index, variant] of variants.entries()) {
      if (signal.aborted) break;
      guard.at(`scenario '${scenario.name}', variant '${variant.name}'`);
      try {
        // oxlint-disable-next-line no-await-in-loop -- variants that ran together would measure each other
        const each = await measureCapacity(
          variant,
          { ...scenario, cases: [first as ScenarioCase] },
          {
            objectives,
            pointMs: flags.duration,
            seed: flags.seed,
            workers,
            signal,
            onStep: (detail) =>
              progress.update({
                subject: variant.name,
                detail,
                doneRatio: 0.1 + (0.9 * index) / variants.length,
              }),
          },
        );
        evidence.push(each);
      } catch (thrown) {
        if (!(thrown instanceof ToolrigError)) throw thrown;
        refused.push({ variant: variant.name, reason: thrown.message });
      }
    }
    const wasInterrupted = signal.aborted;
    return {
      scenario: scenario.name,
      evidence,
      refused,
      record: { ...record, finishedAt: new Date().toISOString() },
      wasInterrupted,
    };
  } finally {
    progress.end();
    interrupt.release();
  }
}
