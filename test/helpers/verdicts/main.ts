/**
 * Whether verdicts are right, by trying them on differences of known size:
 *
 *   npm run -s verdicts -- aa --count 200                     equal code: how often is it called different?
 *   npm run -s verdicts -- planted --slowdown 5% --tries 20   slower code: how often is it found?
 *   npm run -s verdicts -- memory                             an hour of 36 million calls: what do they leave in memory?
 *
 * Exit code 0 when at most 2 % of equal code was called different; when at least 95 % of slowdowns beyond
 * the tolerance were found, and every figure whose noise floor is above the slowdown was `inconclusive`;
 * and when an hour of calls left at most 50 MB. 1 otherwise, 2 for arguments that make no sense.
 *
 * A slowdown is planted to see whether it is told from noise. With a tolerance above it nobody asks for
 * that, and it would be `unchanged within 3 %`, which is true and answers another question. So the tolerance
 * is never more than the slowdown.
 */

import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { METRICS, type Metric } from '../../../src/harness/compare/metric.ts';
import type { MetricComparison } from '../../../src/harness/compare/suite.ts';
import { loadScenario } from '../../../src/harness/load/scenario-catalog.ts';
import { VirtualLoop } from '../virtual-loop.ts';
import { calibrateSteps } from './calibrate.ts';
import { residentSizeOf } from './resident-size.ts';
import type { Design } from './started-comparison.ts';

const USAGE = `usage: npm run -s verdicts -- aa|planted|memory [--count 200] [--slowdown 5%] [--tries 20]
  [--calls 36000000] [--starts 20] [--rounds 4] [--round-ms 8] [--warmup-ms 60] [--tolerance 3%, or a smaller slowdown]
  [--metrics p50,cpuNsPerCall,allocatedBytesPerCall]`;
const SCENARIO = 'calculator-batch';
const TOLERANCE = 0.03;
const FIRST_CALLS = 1e6;
const MOST_GROWN_MB = 50;
/** Starts of a measurement that calibrates, in those of a try. */
const CALIBRATION_STARTS = 3;

interface Orders {
  readonly kind: 'aa' | 'planted' | 'memory';
  readonly tries: number;
  readonly calls: number;
  readonly slowdown: number;
  readonly design: Design;
}

function readArguments(): Orders {
  const { values, positionals } = parseArgs({
    options: {
      count: { type: 'string', default: '200' },
      tries: { type: 'string', default: '20' },
      slowdown: { type: 'string', default: '5%' },
      calls: { type: 'string', default: '36000000' },
      starts: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '4' },
      'round-ms': { type: 'string', default: '8' },
      'warmup-ms': { type: 'string', default: '60' },
      tolerance: { type: 'string' },
      metrics: { type: 'string', default: 'p50,cpuNsPerCall,allocatedBytesPerCall' },
    },
    allowPositionals: true,
  });
  const [kind, ...others] = positionals;
  const slowdown = share('slowdown', values.slowdown);
  const isKnown = kind === 'aa' || kind === 'planted' || kind === 'memory';
  if (!isKnown || others.length > 0) throw new Error('it takes aa, planted or memory');
  return {
    kind,
    tries: wholeNumber('count', kind === 'aa' ? values.count : values.tries),
    calls: wholeNumber('calls', values.calls),
    slowdown,
    design: {
      starts: wholeNumber('starts', values.starts),
      rounds: wholeNumber('rounds', values.rounds),
      roundMs: wholeNumber('round-ms', values['round-ms']),
      warmupMs: wholeNumber('warmup-ms', values['warmup-ms']),
      tolerance: toleranceFor(kind === 'planted' ? slowdown : 1, values.tolerance),
      metrics: metricNames(values.metrics),
    },
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${name} must be a whole number >= 1, got '${text}'`);
}

function share(name: string, text: string): number {
  const written = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (written !== undefined) return Number(written) / 100;
  throw new Error(`--${name} must be a percentage such as 5%, got '${text}'`);
}

/** What is asked for, or 3 %; no more than the difference that is to be told. */
function toleranceFor(difference: number, asked: string | undefined): number {
  if (asked === undefined) return Math.min(TOLERANCE, difference);
  const tolerance = share('tolerance', asked);
  if (tolerance <= difference) return tolerance;
  throw new Error(
    `--tolerance ${asked} is more than the slowdown, which it would be no matter to find`,
  );
}

function metricNames(text: string): Metric[] {
  return text.split(',').map((name) => {
    const found = METRICS.find((metric) => metric === name);
    if (found !== undefined) return found;
    throw new Error(`--metrics knows no '${name}'. There is: ${METRICS.join(', ')}`);
  });
}

/** Equal code, again and again: how many comparisons called anything different. */
async function compareEqualCode(compare: Compare, count: number): Promise<boolean> {
  const outcomes = await repeat(count, () => compare(0));
  const different = outcomes.filter((metrics) => metrics.some(isDifferent)).length;
  const open = outcomes.filter((metrics) => metrics.every(isOpen)).length;
  print(
    `equal code: ${different} of ${count} comparisons called different ` +
      `(${percent(different / count)}, at most 2 % allowed); ${open} concluded nothing`,
  );
  return different <= 0.02 * count;
}

/** Slower code: how many comparisons found it; where the noise is more than it, nothing may be said. */
async function compareSlowedCode(compare: Compare, orders: Orders): Promise<boolean> {
  const { slowdown, tries, design } = orders;
  // From more starts than a try has: an error of the planting is one of all tries.
  const starts = CALIBRATION_STARTS * design.starts;
  const calibration = { ...design, starts, metrics: ['p50'] as const };
  const { steps, measured } = await calibrateSteps(slowdown, async (count) => {
    const [p50] = await compare(count, calibration);
    return p50?.ratio ?? 0;
  });
  print(`differences within ±${percent(design.tolerance)} do not matter`);
  print(`planted: ${steps} steps of work a call, which made it ${percent(measured)} slower`);
  const outcomes = await repeat(tries, () => compare(steps));
  const found = outcomes.filter((metrics) => metrics.some(isRegressed)).length;
  const below = outcomes.flat().filter(({ noiseFloor }) => (noiseFloor ?? 0) > slowdown);
  const told = below.filter((each) => !isOpen(each)).length;
  print(
    `found ${found} of ${tries}, in which it was ${percent(medianP50(outcomes))} slower by the median`,
  );
  print(
    `figures whose noise floor was above the slowdown: ${below.length}, of them ${told} called ` +
      'anything but inconclusive',
  );
  const mustFind = slowdown > design.tolerance;
  return told === 0 && (!mustFind || found >= 0.95 * tries);
}

/** An hour of calls at a rate, on a made-up clock: what they leave in memory after the first million. */
async function compareResidentSizes(calls: number): Promise<boolean> {
  const loop = new VirtualLoop({ after: () => {} });
  const { earlyBytes, lateBytes, recorder } = await residentSizeOf(loop, FIRST_CALLS, calls);
  const slices = recorder.slices.inOrder();
  const inSlices = slices.reduce((sum, slice) => sum + slice.calls, 0);
  const grownMb = (lateBytes - earlyBytes) / 1e6;
  print(
    `${recorder.calls.succeeded / 1e6} million calls answered, ${inSlices / 1e6} million in ${slices.length} slices`,
  );
  print(
    `resident size after ${calls / 1e6} million: ${(lateBytes / 1e6).toFixed(1)} MB, ` +
      `${grownMb.toFixed(1)} MB more than after ${FIRST_CALLS / 1e6} million (at most ${MOST_GROWN_MB} MB allowed)`,
  );
  const areAllThere = recorder.calls.succeeded === calls && inSlices === calls;
  return areAllThere && grownMb <= MOST_GROWN_MB;
}

type Compare = (steps: number, design?: Design) => Promise<readonly MetricComparison[]>;

/** Runs comparisons one after the other, with a line for each. */
async function repeat(
  count: number,
  once: () => Promise<readonly MetricComparison[]>,
): Promise<(readonly MetricComparison[])[]> {
  const outcomes: (readonly MetricComparison[])[] = [];
  for (let turn = 1; turn <= count; turn++) {
    const startedAtMs = performance.now();
    const metrics = await once();
    outcomes.push(metrics);
    const seconds = ((performance.now() - startedAtMs) / 1e3).toFixed(1);
    print(`${turn}/${count} in ${seconds} s: ${metrics.map(describe).join('; ')}`);
  }
  return outcomes;
}

/** By how much p50 was greater, by the median of the tries; NaN when it was not compared. */
function medianP50(outcomes: readonly (readonly MetricComparison[])[]): number {
  const ratios = outcomes.flat().filter(({ metric }) => metric === 'p50');
  return ratios.length === 0 ? Number.NaN : median(ratios.map(({ ratio }) => ratio - 1));
}

function describe({ metric, ratio, low, high, noiseFloor, verdict }: MetricComparison): string {
  const change = (value: number) => ((value - 1) * 100).toFixed(2);
  return (
    `${metric} ${change(ratio)} % [${change(low)}, ${change(high)}] ` +
    `±${((noiseFloor ?? 0) * 100).toFixed(2)} ${verdict}`
  );
}

function isDifferent({ verdict }: MetricComparison): boolean {
  return verdict === 'regressed' || verdict === 'improved';
}

function isRegressed({ verdict }: MetricComparison): boolean {
  return verdict === 'regressed';
}

function isOpen({ verdict }: MetricComparison): boolean {
  return verdict === 'inconclusive';
}

async function isRight(asked: Orders): Promise<boolean> {
  if (asked.kind === 'memory') return compareResidentSizes(asked.calls);
  // Loaded only here: what it leaves behind would hide what calls do.
  const { compareStarted } = await import('./started-comparison.ts');
  const scenario = await loadScenario(SCENARIO);
  const compare: Compare = (steps, design = asked.design) =>
    compareStarted(scenario, steps, design);
  await compareStarted(scenario, 0, { ...asked.design, starts: 3 }); // warms the code up
  return asked.kind === 'aa'
    ? compareEqualCode(compare, asked.tries)
    : compareSlowedCode(compare, asked);
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

let orders: Orders;
try {
  orders = readArguments();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exit(2);
}
process.exitCode = (await isRight(orders)) ? 0 : 1;
