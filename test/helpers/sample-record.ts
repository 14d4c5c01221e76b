/** A run record with everything in it that a report has to cope with; the same at every call. */

import type {
  Comparison,
  RoundRecord,
  RunRecord,
  ScenarioRecord,
  VariantRecord,
} from '../../src/harness/results/run-record.ts';

/** Spread of the intervals around their medians. */
const SPREAD = 0.03;

export function sampleVariant(
  variant: string,
  nsPerCall: number,
  overrides: Partial<VariantRecord> = {},
): VariantRecord {
  const calls = 1_000_000;
  const perSecond = 1e9 / nsPerCall;
  return {
    variant,
    calls,
    succeeded: calls,
    failed: 0,
    errors: {},
    checksFailed: 0,
    firstFailure: null,
    throughputPerSecond: interval(perSecond),
    nsPerCall: interval(nsPerCall),
    latencyNs: {
      min: nsPerCall * 0.8,
      p50: nsPerCall,
      p75: nsPerCall * 1.1,
      p90: nsPerCall * 1.3,
      p99: nsPerCall * 4,
      p999: nsPerCall * 20,
      p9999: nsPerCall * 60,
      max: nsPerCall * 800,
      mean: nsPerCall * 1.2,
      stddev: nsPerCall * 2,
    },
    batchNs: null,
    latencyVerdict: 'ok',
    cpuNsPerCall: nsPerCall * 1.05,
    allocatedBytesPerCall: Math.round(nsPerCall / 3),
    eventLoopUtilization: 0.98,
    gcPauseNs: { count: 12, total: 18_000_000, max: 3_200_000 },
    rssBytes: 92_274_688,
    clockReadNs: 24,
    harnessNsPerCall: 62,
    warmupMs: 420,
    isSteady: true,
    histogram: 'HISTFAAAAC14nJNpmSzMwMDAzsDAwMjAwMDMAAGM',
    rounds: Array.from({ length: 8 }, (_, round) => sampleRound(round, nsPerCall)),
    ...overrides,
  };
}

/** Compares each variant with each of the baselines that is among them. */
export function sampleScenario(
  name: string,
  variants: readonly VariantRecord[],
  overrides: Partial<ScenarioRecord> = {},
): ScenarioRecord {
  return {
    name,
    executor: 'closed',
    concurrency: 2,
    batch: 1,
    payloadBytes: null,
    variants,
    comparisons: ['direct', 'json', 'native'].flatMap((baseline) =>
      comparisonsWith(baseline, variants),
    ),
    thresholds: [],
    ...overrides,
  };
}

export function sampleRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 1,
    tool: { name: 'toolrig', version: '0.1.0' },
    runId: '20261122-153012-ab12',
    startedAt: '2026-11-22T15:30:12.250Z',
    finishedAt: '2026-11-22T15:32:40.000Z',
    command: 'toolrig bench calculator-batch payload-sweep --seed 7',
    environment: {
      cpuModel: 'Example CPU 3000',
      logicalCpus: 2,
      availableParallelism: 2,
      memoryBytes: 8_589_934_592,
      os: 'Linux 6.1.0',
      arch: 'x64',
      node: '20.20.2',
      v8: '11.3.244.8',
      gitCommit: '0123456789abcdef0123456789abcdef01234567',
      gitDirty: true,
      cgroup: { cpuMax: '200000 100000', memoryMax: null },
      loadAverage: [0.83, 0.87, 0.62],
      fingerprint: '93b7c1d20f4e5a68',
    },
    validity: { verdict: 'suspect', reasons: ['http was not steady after 5.0 s of warm-up'] },
    scenarios: [
      sampleScenario(
        'calculator-batch',
        [
          sampleVariant('direct', 48.2, { latencyVerdict: 'timer-limited' }),
          sampleVariant('native', 154, { batchNs: sampleVariant('native', 15_400).latencyNs }),
          sampleVariant('json', 5_210, {
            succeeded: 999_997,
            failed: 3,
            errors: { ERR_TIMEOUT: 2 },
            checksFailed: 1,
            firstFailure: "native call 'add' took longer than 5000 ms",
          }),
          sampleVariant('sdk-memory', 41_300),
          sampleVariant('stdio', 122_000),
          sampleVariant('http-stateless', 1_640_000, { isSteady: false, warmupMs: 5_000 }),
        ],
        {
          concurrency: 8,
          batch: 100,
          thresholds: [
            {
              expression: 'p99 < 5ms',
              metric: 'p99',
              variant: 'native',
              observed: 616,
              passed: true,
            },
            {
              expression: 'p99 < 5ms',
              metric: 'p99',
              variant: 'http-stateless',
              observed: 6.56e6,
              passed: false,
            },
          ],
        },
      ),
      sampleScenario(
        'payload-sweep/text-64B',
        [sampleVariant('native', 161), sampleVariant('json', 5_900)],
        { payloadBytes: 64 },
      ),
      sampleScenario(
        'payload-sweep/text-1MiB',
        [sampleVariant('native', 170), sampleVariant('json', 8_240_000)],
        { payloadBytes: 1_048_576 },
      ),
    ],
    ...overrides,
  };
}

function interval(median: number) {
  return { median, low: median * (1 - SPREAD), high: median * (1 + SPREAD) };
}

function comparisonsWith(baseline: string, variants: readonly VariantRecord[]): Comparison[] {
  const base = variants.find(({ variant }) => variant === baseline);
  if (base === undefined) return [];
  return variants
    .filter(({ variant }) => variant !== baseline)
    .map(({ variant, nsPerCall }) => {
      const ratio = base.nsPerCall.median / nsPerCall.median;
      return {
        baseline,
        candidate: variant,
        metric: 'nsPerCall',
        ratio,
        low: ratio * (1 - SPREAD),
        high: ratio * (1 + SPREAD),
        noiseFloor: 0.021,
        verdict: ratio > 1 ? 'improved' : 'regressed',
      };
    });
}

function sampleRound(round: number, nsPerCall: number): RoundRecord {
  return {
    round,
    startedAt: `2026-11-22T15:30:1${round}.000Z`,
    durationMs: 500,
    calls: 500_000,
    failed: 0,
    p50: nsPerCall,
    p99: nsPerCall * 4,
    max: nsPerCall * 800,
    cpuNsPerCall: nsPerCall * 1.05,
  };
}
