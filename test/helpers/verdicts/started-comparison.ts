/**
 * One comparison whose unit is the start: `native`, a second `native` and a candidate are opened
 * anew many times, and measured in short rounds that take turns. How far the two natives differ is
 * the noise floor.
 */

import { METRICS, type Metric } from '../../../src/harness/compare/metric.ts';
import { startAsRound } from '../../../src/harness/compare/starts.ts';
import {
  compareSuite,
  type MetricComparison,
  noiseFloorsOf,
} from '../../../src/harness/compare/suite.ts';
import type { Scenario } from '../../../src/harness/load/scenario.ts';
import { readEnvironment, systemSources } from '../../../src/harness/results/environment.ts';
import type { RoundRecord } from '../../../src/harness/results/run-record.ts';
import { runScenarios } from '../../../src/harness/run.ts';
import { slowedNative } from './slowed-native.ts';

/** How much is measured. One start takes about 0.3 s. */
export interface Design {
  readonly starts: number;
  /** Of each side, in every start. */
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmupMs: number;
  readonly tolerance: number;
  readonly metrics: readonly Metric[];
}

const SIDES = ['native', 'again', 'candidate'] as const;
type Side = (typeof SIDES)[number];

/** Compares `native` with itself after `steps` steps of work a call. */
export async function compareStarted(
  scenario: Scenario,
  steps: number,
  design: Design,
): Promise<readonly MetricComparison[]> {
  const starts: Record<Side, RoundRecord[]> = { native: [], again: [], candidate: [] };
  for (let start = 1; start <= design.starts; start++) {
    const rounds = await measureStart(scenario, steps, start, design);
    for (const side of SIDES) starts[side].push(startAsRound(start, rounds[side]));
  }
  const { native, again, candidate } = starts;
  const [comparison] = compareSuite(
    [
      {
        scenario: scenario.name,
        variant: 'native',
        baseline: native,
        candidate,
        pairing: 'paired',
        noiseFloors: noiseFloorsOf(native, again, METRICS),
      },
    ],
    design,
  );
  return comparison?.metrics ?? [];
}

async function measureStart(
  scenario: Scenario,
  steps: number,
  start: number,
  { rounds, roundMs, warmupMs }: Design,
): Promise<Record<Side, readonly RoundRecord[]>> {
  // In another order each time: who is opened first is not who is favoured.
  const sides = SIDES.map((_, index) => SIDES[(index + start) % SIDES.length] as Side);
  const variants = sides.map((side) => slowedNative(side, side === 'candidate' ? steps : 0));
  const { record } = await runScenarios([{ scenario, variants }], {
    runId: `start-${start}`,
    tool: { name: 'verdicts', version: '0' },
    command: 'npm run verdicts',
    environment: ENVIRONMENT,
    load: { concurrency: 1, batch: 1, rounds, durationMs: rounds * roundMs, warmupMs },
    seed: start,
    signal: new AbortController().signal,
    onProgress: () => {},
    // What the harness costs is the same on all sides, and takes longer to measure than they do.
    measureCost: async () => ({ clockReadNs: 25, harnessNsPerCall: 60 }),
  });
  const measured = record.scenarios[0]?.variants ?? [];
  const roundsOf = (side: Side) => {
    const found = measured.find(({ variant }) => variant === side);
    if (found === undefined || found.failed > 0) throw new Error(`${side} has failed`);
    return found.rounds;
  };
  return {
    native: roundsOf('native'),
    again: roundsOf('again'),
    candidate: roundsOf('candidate'),
  };
}

const ENVIRONMENT = readEnvironment(systemSources(process.cwd()));
