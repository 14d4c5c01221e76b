/** A run record with everything in it that a report has to cope with; the same at every call. */

import type {
  Comparison,
  RoundRecord,
  RunRecord,
  ScenarioRecord,
  VariantRecord,
} from '../../src/harness/results/run-record.ts';
import { LatencyHistogram } from '../../src/harness/stats/latency-histogram.ts';
import { roundOf } from './rounds.ts';

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
      p95: nsPerCall * 2,
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
    histogram: histogramOf([0.8, 1, 1, 1.1, 1.3, 1.4, 4, 20].map((factor) => factor * nsPerCall)),
    rounds: Array.from({ length: 8 }, (_, index) => sampleRound(index + 1, nsPerCall)),
    ...overrides,
  };
}

/** Texts of histograms by what is in them: samples are made by the hundred, and encoding takes a millisecond. */
const encoded = new Map<string, string>();

/** As a record has it. */
export function histogramOf(latenciesNs: readonly number[]): string {
  const key = latenciesNs.join();
  const known = encoded.get(key);
  if (known !== undefined) return known;
  const histogram = new LatencyHistogram();
  for (const latencyNs of latenciesNs) histogram.record(Math.round(latencyNs));
  const text = histogram.encode();
  histogram.destroy();
  encoded.set(key, text);
  return text;
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
    ...roundOf(round, nsPerCall),
    startedAt: `2026-11-22T15:30:1${round - 1}.000Z`,
    durationMs: 500,
    calls: 500_000,
    allocatedBytesPerCall: Math.round(nsPerCall / 3),
    gcPauseMaxNs: 3_200_000,
  };
}

/** A variant that was called at a rate, by a server that stood still for a second. */
export function openVariant(
  variant: string,
  overrides: Partial<VariantRecord> = {},
): VariantRecord {
  const seconds = [0.9, 1.1, 951, 1, 0.8];
  return sampleVariant(variant, 1e6, {
    calls: 498,
    succeeded: 498,
    dropped: 2,
    serviceNs: sampleVariant(variant, 0.4e6).latencyNs,
    lagNs: sampleVariant(variant, 0.2e6).latencyNs,
    heldNs: sampleVariant(variant, 0.3e6).latencyNs,
    openLoop: {
      scheduled: 500,
      sentPerSecond: 99.6,
      pacingNs: sampleVariant(variant, 0.1e6).latencyNs,
      generatorVerdict: 'ok',
      serviceHistogram: histogramOf([0.3e6, 0.4e6, 0.4e6, 1.6e6]),
      lagHistogram: histogramOf([0.1e6, 0.2e6, 0.2e6, 0.8e6]),
      intervals: seconds.map((p99Ms, second) => ({
        startedAt: `2026-11-22T15:30:1${second}.000Z`,
        durationMs: 1_000,
        calls: second === 2 ? 98 : 100,
        failed: 0,
        dropped: second === 2 ? 2 : 0,
        p50: 1e6,
        p99: p99Ms * 1e6,
        max: p99Ms * 1e6 + 20_000,
        gcPauseMaxNs: 3_200_000,
        eventLoopDelayMaxNs: 4_100_000,
      })),
    },
    ...overrides,
  });
}

/** What a search for the highest rate leaves behind. */
export function sampleMaxRate(): NonNullable<VariantRecord['maxRate']> {
  const tried = { durationMs: 2_000, dropped: 0, failed: 0, p50: 1e6 };
  return {
    ratePerSecond: 495,
    slo: 'p99<50ms, errors<0.1%',
    low: 495,
    high: 507,
    saturationPerSecond: 500,
    limitedBy: 'slo',
    evidence: [
      {
        ...tried,
        phase: 'climb',
        ratePerSecond: 507,
        donePerSecond: 500,
        p99: 80e6,
        failure: 'p99<50ms',
      },
      {
        ...tried,
        phase: 'confirm',
        ratePerSecond: 495,
        donePerSecond: 495,
        p99: 4e6,
        failure: null,
      },
    ],
  };
}

/** A run of an open loop. */
export function openRecord(): RunRecord {
  return sampleRecord({
    command: 'toolrig bench frozen-server --rate 100 --duration 5s',
    validity: { verdict: 'valid', reasons: [] },
    scenarios: [
      sampleScenario('frozen-server', [openVariant('native'), openVariant('http')], {
        executor: 'open',
        concurrency: 64,
        arrivals: {
          process: 'constant',
          ratePerSecond: 100,
          stages: [{ durationMs: 5_000, fromPerSecond: 100, toPerSecond: 100 }],
          maxInFlight: 10_000,
          workers: 1,
        },
      }),
    ],
  });
}

/** A variant that has been through a minute of kills. */
export function chaosVariant(
  variant: string,
  overrides: Partial<VariantRecord> = {},
): VariantRecord {
  return sampleVariant(variant, 4_000, {
    calls: 12_000_000,
    succeeded: 11_996_250,
    failed: 3_750,
    errors: { ERR_SERVICE_EXIT: 3_700, ERR_SERVICE_NOT_FOUND: 50 },
    harnessNsPerCall: null,
    offered: 12_000_000,
    failedAsExpected: 3_750,
    lost: 0,
    answeredTwice: 0,
    faults: 59,
    crashes: 59,
    unrecovered: 0,
    recoveryNs: { count: 59, p50: 21e6, p99: 84e6, max: 84e6 },
    recoveryHistogram: histogramOf([19e6, 21e6, 22e6, 84e6]),
    sparedP99Ns: { quiet: 2e6, disturbed: 3e6 },
    hostRssBytes: { before: 150_000_000, peak: 210_000_000, after: 157_500_000 },
    drift: {
      heapBytesPerHour: { median: 1_000_000, low: -2_000_000, high: 4_000_000 },
      rssBytesPerHour: { median: 0, low: -9_000_000, high: 9_000_000 },
      handlesPerHour: { median: 0, low: 0, high: 0 },
      p99NsPerHour: { median: -1_200, low: -50_000, high: 47_000 },
    },
    ...overrides,
  });
}

/** A run of two scenarios with chaos: one that breaks services, one that wears them out. */
export function chaosRecord(): RunRecord {
  const fault = { kind: 'kill', services: ['first', 'second'], everyMs: 1_000 };
  const expected = ['ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND'];
  const calm = { failed: 0, errors: {}, failedAsExpected: 0, faults: 0, crashes: 0 };
  const minutes = sampleVariant('native', 4_000).rounds.map((round) => ({
    ...round,
    durationMs: 15_000,
  }));
  return sampleRecord({
    command: 'toolrig bench --suite chaos',
    validity: { verdict: 'valid', reasons: [] },
    scenarios: [
      sampleScenario(
        'crash-recovery',
        [
          chaosVariant('native', { sparedP99Ns: null }),
          chaosVariant('process', {
            succeeded: 11_996_247,
            failed: 3_751,
            errors: { ERR_SERVICE_EXIT: 3_750, ERR_TIMEOUT: 1 },
            lost: 2,
            answeredTwice: 1,
            firstFailure: 'echo first: it took longer than 5000 ms',
          }),
        ],
        {
          concurrency: 64,
          chaos: { fault, expected, quietMs: 5_000, restMs: 0 },
          thresholds: [
            {
              expression: 'lost <= 0',
              metric: 'lost',
              variant: 'native',
              observed: 0,
              passed: true,
            },
            {
              expression: 'lost <= 0',
              metric: 'lost',
              variant: 'process',
              observed: 2,
              passed: false,
            },
          ],
        },
      ),
      sampleScenario(
        'soak',
        [
          chaosVariant('native', {
            ...calm,
            succeeded: 12_000_000,
            recoveryNs: null,
            sparedP99Ns: null,
            rounds: minutes,
          }),
        ],
        { concurrency: 12, chaos: { fault: null, expected: [], quietMs: 0, restMs: 0 } },
      ),
    ],
  });
}

/** A run in which every text from outside is `name`. */
export function hostileRecord(name: string): RunRecord {
  const { environment } = sampleRecord();
  return sampleRecord({
    runId: name,
    command: name,
    environment: { ...environment, cpuModel: name, os: name },
    validity: { verdict: 'suspect', reasons: [name] },
    scenarios: [
      sampleScenario(
        name,
        [sampleVariant(name, 100, { failed: 1, errors: { [name]: 1 }, firstFailure: name })],
        {
          thresholds: [
            { expression: name, metric: 'p99', variant: name, observed: 1, passed: true },
          ],
        },
      ),
    ],
  });
}

/** A run that looked for the highest rate. */
export function maxRateRecord(): RunRecord {
  const record = openRecord();
  return {
    ...record,
    command: "toolrig bench token-bucket --rate max --slo 'p99<50ms, errors<0.1%'",
    scenarios: record.scenarios.map((scenario) => ({
      ...scenario,
      variants: scenario.variants.map((each) => ({ ...each, maxRate: sampleMaxRate() })),
    })),
  };
}
