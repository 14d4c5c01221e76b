/**
 * `summary.csv`: one row a scenario and variant, for spreadsheets and scripts. Column names carry
 * their units and do not change; new ones are added at the end.
 *
 * What does not exist is an empty field, the ends of an interval after a single round among it.
 */

import { stringify } from 'csv-stringify/sync';
import type {
  Interval,
  LatencySummary,
  RunRecord,
  ScenarioRecord,
  Slope,
  VariantRecord,
} from '../results/run-record.ts';
import { isBounded } from '../stats/bootstrap.ts';
import { ratioBetween } from './ratio-between.ts';

type Field = string | number | boolean | null;

/** The text of `summary.csv`, of one run or several. Fields that a spreadsheet would run as a formula are defused. */
export function renderSummaryCsv(records: readonly RunRecord[]): string {
  const rows = records.flatMap((record) =>
    record.scenarios.flatMap((scenario) =>
      scenario.variants.map((variant) => rowOf(record, scenario, variant)),
    ),
  );
  return stringify(rows, {
    header: true,
    columns: Object.keys(rows[0] ?? {}),
    escape_formulas: true,
    cast: { boolean: (value) => (value ? 'true' : 'false') },
  });
}

function rowOf(
  { runId }: RunRecord,
  scenario: ScenarioRecord,
  variant: VariantRecord,
): Record<string, Field> {
  return {
    run_id: runId,
    scenario: scenario.name,
    executor: scenario.executor,
    concurrency: scenario.concurrency,
    batch: scenario.batch,
    payload_bytes: scenario.payloadBytes,
    variant: variant.variant,
    rounds: variant.rounds.length,
    calls: variant.calls,
    succeeded: variant.succeeded,
    failed: variant.failed,
    checks_failed: variant.checksFailed,
    ...intervalFields('calls_per_second', variant.throughputPerSecond),
    ...intervalFields('ns_per_call', variant.succeeded === 0 ? null : variant.nsPerCall),
    ...latencyFields('latency', variant.latencyNs.max === 0 ? null : variant.latencyNs),
    latency_verdict: variant.latencyVerdict,
    ...latencyFields('batch', variant.batchNs),
    cpu_ns_per_call: variant.succeeded === 0 ? null : variant.cpuNsPerCall,
    allocated_bytes_per_call: variant.succeeded === 0 ? null : variant.allocatedBytesPerCall,
    event_loop_utilization: variant.eventLoopUtilization,
    gc_pauses: variant.gcPauseNs.count,
    gc_pause_total_ns: variant.gcPauseNs.total,
    gc_pause_max_ns: variant.gcPauseNs.max,
    rss_bytes: variant.rssBytes,
    harness_ns_per_call: variant.harnessNsPerCall,
    warmup_ms: variant.warmupMs,
    is_steady: variant.isSteady,
    ...ratioFields(scenario, 'json', variant.variant),
    ...ratioFields(scenario, 'direct', variant.variant),
    clock_read_ns: variant.clockReadNs,
    ...chaosFields(variant),
    ...openFields(scenario, variant),
    usage_of: variant.usageOf ?? null,
  };
}

function openFields(
  { arrivals, thinkMs, thinkTime }: ScenarioRecord,
  { openLoop, dropped, serviceNs, lagNs, heldNs, maxRate }: VariantRecord,
): Record<string, Field> {
  return {
    think_ms: thinkMs ?? null,
    think_time: thinkTime ?? null,
    arrivals: arrivals?.process ?? null,
    rate_per_second: arrivals?.ratePerSecond ?? null,
    sent_per_second: openLoop?.sentPerSecond ?? null,
    scheduled: openLoop?.scheduled ?? null,
    dropped: dropped ?? null,
    generator_verdict: openLoop?.generatorVerdict ?? null,
    ...latencyFields('service', serviceNs ?? null),
    ...latencyFields('lag', lagNs ?? null),
    ...latencyFields('pacing', openLoop?.pacingNs ?? null),
    slo: maxRate?.slo ?? null,
    max_rate_per_second: maxRate?.ratePerSecond ?? null,
    max_rate_limited_by: maxRate?.limitedBy ?? null,
    ...latencyFields('held', heldNs ?? null),
  };
}

function chaosFields(variant: VariantRecord): Record<string, Field> {
  const { recoveryNs, sparedP99Ns, hostRssBytes, drift } = variant;
  return {
    offered: variant.offered ?? null,
    failed_as_expected: variant.failedAsExpected ?? null,
    errors: variant.offered === undefined ? null : codesOf(variant),
    lost: variant.lost ?? null,
    answered_twice: variant.answeredTwice ?? null,
    faults: variant.faults ?? null,
    crashes: variant.crashes ?? null,
    unrecovered: variant.unrecovered ?? null,
    recoveries: recoveryNs?.count ?? null,
    recovery_p50_ns: recoveryNs?.p50 ?? null,
    recovery_p99_ns: recoveryNs?.p99 ?? null,
    recovery_max_ns: recoveryNs?.max ?? null,
    spared_p99_quiet_ns: sparedP99Ns?.quiet ?? null,
    spared_p99_disturbed_ns: sparedP99Ns?.disturbed ?? null,
    host_rss_before_bytes: hostRssBytes?.before ?? null,
    host_rss_peak_bytes: hostRssBytes?.peak ?? null,
    host_rss_after_bytes: hostRssBytes?.after ?? null,
    ...slopeFields('heap_bytes_per_hour', drift?.heapBytesPerHour),
    ...slopeFields('rss_bytes_per_hour', drift?.rssBytesPerHour),
    ...slopeFields('handles_per_hour', drift?.handlesPerHour),
    ...slopeFields('p99_ns_per_hour', drift?.p99NsPerHour),
  };
}

/** Rejected calls by code: `ERR_OVERLOADED 12; ERR_TIMEOUT 1`. */
function codesOf({ errors }: VariantRecord): string {
  return Object.entries(errors)
    .map(([code, count]) => `${code} ${count}`)
    .join('; ');
}

function slopeFields(name: string, slope: Slope | undefined): Record<string, Field> {
  return {
    [name]: slope?.median ?? null,
    [`${name}_low`]: slope?.low ?? null,
    [`${name}_high`]: slope?.high ?? null,
  };
}

function intervalFields(name: string, interval: Interval | null): Record<string, Field> {
  const isKnown = interval !== null && isBounded(interval);
  return {
    [name]: interval?.median ?? null,
    [`${name}_low`]: isKnown ? interval.low : null,
    [`${name}_high`]: isKnown ? interval.high : null,
  };
}

function latencyFields(name: string, summary: LatencySummary | null): Record<string, Field> {
  return {
    [`${name}_min_ns`]: summary?.min ?? null,
    [`${name}_p50_ns`]: summary?.p50 ?? null,
    [`${name}_p75_ns`]: summary?.p75 ?? null,
    [`${name}_p90_ns`]: summary?.p90 ?? null,
    [`${name}_p95_ns`]: summary?.p95 ?? null,
    [`${name}_p99_ns`]: summary?.p99 ?? null,
    [`${name}_p999_ns`]: summary?.p999 ?? null,
    [`${name}_p9999_ns`]: summary?.p9999 ?? null,
    [`${name}_max_ns`]: summary?.max ?? null,
    [`${name}_mean_ns`]: summary?.mean ?? null,
    [`${name}_stddev_ns`]: summary?.stddev ?? null,
  };
}

function ratioFields(
  scenario: ScenarioRecord,
  baseline: string,
  variant: string,
): Record<string, Field> {
  const found = ratioBetween(scenario, baseline, variant);
  const isKnown = found !== undefined && isBounded(found);
  return {
    [`ratio_to_${baseline}`]: found?.ratio ?? null,
    [`ratio_to_${baseline}_low`]: isKnown ? found.low : null,
    [`ratio_to_${baseline}_high`]: isKnown ? found.high : null,
  };
}
