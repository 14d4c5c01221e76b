/**
 * What the gate reads of a run that one child process made.
 *
 * The child of the base may be an older version, or a newer one, and its record have fewer or more
 * fields than ours. So nothing is looked at but what every version has had since there was a gate,
 * and what is missing is named.
 */

import { median } from 'simple-statistics';
import { ToolrigError } from '../../../core/errors.ts';

/** One variant on one case of a scenario, in one process. */
export interface GateSample {
  /** With its case, as `payload-sweep/text-64B`. */
  readonly scenario: string;
  readonly variant: string;
  /** How it was loaded, in words: equal ones can be compared. */
  readonly load: string;
  readonly calls: number;
  /** What went wrong with its calls; `undefined` when nothing did. */
  readonly failure: string | undefined;
  /** Single calls are too short to time; see {@link comparedBy}. */
  readonly isTimerLimited: boolean;
  readonly figures: Readonly<Record<GateMetric, number>>;
}

/** What can be gated on; of each, less is better. */
export const GATE_METRICS = [
  'p50',
  'p90',
  'p99',
  'p999',
  'nsPerCall',
  'cpuNsPerCall',
  'allocatedBytesPerCall',
] as const;
export type GateMetric = (typeof GATE_METRICS)[number];

const PERCENTILES: readonly GateMetric[] = ['p50', 'p90', 'p99', 'p999'];

/**
 * What stands for a metric in samples that are compared: time per call for percentiles, where single calls of any of
 * them are too short to time. One figure for all: a call at the edge would else be a percentile here and a time there.
 */
export function comparedBy(metric: GateMetric, samples: readonly GateSample[]): GateMetric {
  const isLimited = samples.some(({ isTimerLimited }) => isTimerLimited);
  return isLimited && PERCENTILES.includes(metric) ? 'nsPerCall' : metric;
}

/**
 * The samples in a run record.
 *
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` when the run is invalid, or lacks a field; `ERR_USAGE` for a scenario
 *   with faults
 */
export function samplesOf(record: unknown): GateSample[] {
  const { validity, scenarios } = fieldsOf(record, 'the run record');
  for (const each of listOf(scenarios)) requireNoFaults(fieldsOf(each, 'a scenario'));
  const { verdict, reasons } = fieldsOf(validity, 'validity');
  if (verdict === 'invalid') throw invalid(`the run is invalid: ${listOf(reasons).join('; ')}`);
  return listOf(scenarios).flatMap((each) => {
    const scenario = fieldsOf(each, 'a scenario');
    return listOf(scenario['variants']).map((variant) => sampleOf(scenario, variant));
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether and when a fault strikes differs from start to start: what calls take beside it is no figure of the code's. */
function requireNoFaults({ name, chaos }: Fields): void {
  if (typeof chaos !== 'object' || chaos === null || (chaos as Fields)['fault'] === null) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `${String(name)} troubles its services, and cannot be gated on what calls cost meanwhile: it has thresholds of its own, ` +
      'which toolrig bench holds it to',
  );
}

function sampleOf(scenario: Fields, of: unknown): GateSample {
  const variant = fieldsOf(of, 'a variant');
  const name = textOf(scenario, 'name');
  const latency = fieldsOf(variant['latencyNs'], 'latencyNs');
  const nsPerCall = numberOf(fieldsOf(variant['nsPerCall'], 'nsPerCall'), 'median');
  return {
    scenario: name,
    variant: textOf(variant, 'variant'),
    load: loadOf(scenario),
    calls: numberOf(variant, 'calls'),
    failure: failureOf(scenario, variant),
    // In an open loop the time per call is given, and would stand for nothing.
    isTimerLimited:
      scenario['executor'] !== 'open' && variant['latencyVerdict'] === 'timer-limited',
    figures: {
      p50: numberOf(latency, 'p50'),
      p90: numberOf(latency, 'p90'),
      p99: numberOf(latency, 'p99'),
      p999: numberOf(latency, 'p999'),
      nsPerCall,
      cpuNsPerCall: cpuNsPerCallOf(variant),
      allocatedBytesPerCall: numberOf(variant, 'allocatedBytesPerCall'),
    },
  };
}

/**
 * The median of the rounds, as `nsPerCall` is one: the compiler's threads and the collections of old objects make single
 * rounds of a short run up to twice as dear. Over all calls together where a record has no rounds.
 */
function cpuNsPerCallOf(variant: Fields): number {
  const rounds = listOf(variant['rounds']).map((each) =>
    numberOf(fieldsOf(each, 'a round'), 'cpuNsPerCall'),
  );
  return rounds.length === 0 ? numberOf(variant, 'cpuNsPerCall') : median(rounds);
}

function loadOf(scenario: Fields): string {
  const payload = scenario['payloadBytes'];
  const size = typeof payload === 'number' ? `, ${payload} B` : '';
  const inFlight = `${numberOf(scenario, 'concurrency')} × ${numberOf(scenario, 'batch')} in flight`;
  const load = `${textOf(scenario, 'executor')} loop, ${inFlight}${rateOf(scenario)}`;
  return `${load}${thoughtOf(scenario)}${size}`;
}

function thoughtOf({ thinkMs, thinkTime }: Fields): string {
  if (typeof thinkMs !== 'number') return '';
  return `, ${thinkMs} ms of thought${thinkTime === 'exponential' ? ' on average, exponential' : ''}`;
}

/** Of an open loop: calls at another rate are another load. */
function rateOf(scenario: Fields): string {
  if (scenario['arrivals'] === undefined) return '';
  const arrivals = fieldsOf(scenario['arrivals'], 'arrivals');
  const stages = listOf(arrivals['stages']).map((each) => {
    const stage = fieldsOf(each, 'a stage');
    return `${numberOf(stage, 'fromPerSecond')}-${numberOf(stage, 'toPerSecond')}/s`;
  });
  const workers = numberOf(arrivals, 'workers');
  const from = workers === 1 ? '' : ` from ${workers} threads`;
  return ` at ${stages.join(', ')}, ${textOf(arrivals, 'process')}${from}`;
}

/** Whether more calls failed, or were dropped, than the scenario's own thresholds on errors allow; without one, none may. */
function failureOf(scenario: Fields, variant: Fields): string | undefined {
  const failed = numberOf(variant, 'failed');
  const dropped = variant['dropped'] === undefined ? 0 : numberOf(variant, 'dropped');
  const onErrors = listOf(scenario['thresholds'])
    .map((each) => fieldsOf(each, 'a threshold'))
    .filter(({ metric, variant: of }) => metric === 'errors' && of === variant['variant']);
  const isAllowed =
    onErrors.length === 0
      ? failed + dropped === 0
      : onErrors.every(({ passed }) => passed === true);
  if (isAllowed) return undefined;
  const first = variant['firstFailure'];
  const said = typeof first === 'string' ? `: ${first}` : '';
  const besides = dropped === 0 ? '' : `, and ${dropped} were dropped`;
  return `${failed} of ${numberOf(variant, 'calls')} calls failed${besides}${said}`;
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid(`${what} is missing`);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalid(`${name} is no number`);
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw invalid(`${name} is no text`);
}

function invalid(message: string): ToolrigError {
  return new ToolrigError('ERR_INVALID_MEASUREMENT', message);
}
