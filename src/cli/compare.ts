/** What `toolrig compare` does: reads runs, compares them, and prints or writes the outcome. */

import { resolve } from 'node:path';
import { messageOf, ToolrigError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import {
  type Comparable,
  comparableRuns,
  comparableVariants,
} from '../harness/compare/compare-runs.ts';
import {
  type ComparedSide,
  type ComparisonReport,
  reportComparison,
  sideOf,
} from '../harness/compare/comparison-report.ts';
import type { Metric } from '../harness/compare/metric.ts';
import { type ComparisonFormat, renderComparison } from '../harness/report/comparison-formats.ts';
import { writeFileAtomically } from '../harness/results/atomic-file.ts';
import { readRun } from '../harness/results/read-run.ts';
import type { RunRecord } from '../harness/results/run-record.ts';
import { EXIT } from './exit-codes.ts';
import { pageAssets } from './page-assets.ts';
import { stdout, wantsColour } from './streams.ts';

/** The arguments and flags, checked one by one. */
export interface CompareFlags {
  readonly base: string;
  readonly candidate?: string;
  readonly variants?: string[];
  readonly scenario?: string[];
  readonly metrics?: Metric[];
  readonly tolerance: number;
  readonly 'allow-missing'?: boolean;
  readonly 'fail-on'?: ('regressed' | 'inconclusive')[];
  readonly format?: ComparisonFormat;
  readonly json?: boolean;
  readonly out?: string;
  readonly runs: string;
}

/** Compares what the flags name, and sets the exit code. */
export async function compare(flags: CompareFlags): Promise<void> {
  const { json = false, format = json ? 'json' : 'text', tolerance, out } = flags;
  if (json && flags.format !== undefined && flags.format !== 'json') {
    throw new ToolrigError(
      'ERR_USAGE',
      `--json and --format ${format} exclude each other: give one`,
    );
  }
  const { comparable, ...sides } = await select(flags);
  const report = reportComparison(sides, comparable, {
    tolerance,
    ...(flags.metrics === undefined ? {} : { metrics: flags.metrics }),
  });
  if (out === undefined) {
    const colour = wantsColour(process.stdout) ? 'ansi' : 'none';
    stdout(renderComparison(report, format, { colour, pageAssets }));
  } else {
    await write(out, renderComparison(report, format, { pageAssets }));
  }
  process.exitCode = exitCodeFor(report, flags['fail-on'] ?? []);
}

interface Selected {
  readonly baseline: ComparedSide;
  readonly candidate: ComparedSide;
  readonly comparable: Comparable;
}

async function select(flags: CompareFlags): Promise<Selected> {
  const { scenario: scenarios, variants, runs } = flags;
  const base = await readRun(flags.base, runs);
  if (flags.candidate === undefined) {
    const [one, two, ...more] = variants ?? [];
    if (one === undefined || two === undefined || more.length > 0) {
      throw new ToolrigError(
        'ERR_USAGE',
        'compare takes two runs, or one with --variants base,candidate',
      );
    }
    requireKnown(flags, [base]);
    const side = sideOf(base);
    const comparable = comparableVariants(base, [one, two], { scenarios });
    requireSubjects(comparable, `no scenario of run ${base.runId} has both ${one} and ${two}`);
    return {
      baseline: { ...side, name: `${one} of ${side.name}` },
      candidate: { ...side, name: `${two} of ${side.name}` },
      comparable,
    };
  }
  const candidate = await readRun(flags.candidate, runs);
  requireKnown(flags, [base, candidate]);
  const missing = flags['allow-missing'] === true ? 'allow' : 'refuse';
  const comparable = comparableRuns(base, candidate, { scenarios, variants, missing });
  requireSubjects(
    comparable,
    `runs ${base.runId} and ${candidate.runId} have no scenario and variant in common`,
  );
  return { baseline: sideOf(base), candidate: sideOf(candidate), comparable };
}

/** Refuses a scenario or a variant that none of the runs has. */
function requireKnown(flags: CompareFlags, records: readonly RunRecord[]): void {
  const all = records.flatMap((record) => record.scenarios);
  const scenarios = all.flatMap(({ name }) => [name, name.split('/')[0] as string]);
  const variants = all.flatMap((scenario) => scenario.variants.map(({ variant }) => variant));
  requireAmong('scenario', flags.scenario, scenarios);
  requireAmong('variant', flags.variants, variants);
}

function requireAmong(
  what: string,
  given: readonly string[] | undefined,
  known: readonly string[],
): void {
  const unknown = given?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `nothing that is compared has a ${what} '${unknown}'.${didYouMean(unknown, [...new Set(known)])}`,
  );
}

function requireSubjects({ subjects }: Comparable, otherwise: string): void {
  if (subjects.length === 0) throw new ToolrigError('ERR_USAGE', otherwise);
}

async function write(out: string, text: string): Promise<void> {
  try {
    await writeFileAtomically(resolve(out), text);
  } catch (cause) {
    throw new ToolrigError('ERR_USAGE', `${out} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

function exitCodeFor(
  { verdict, subjects, problems }: ComparisonReport,
  failOn: readonly ('regressed' | 'inconclusive')[],
): number {
  // What is gone may be what regressed: a comparison must not become smaller by itself.
  const isMissing = problems.length > 0;
  const isWorse = verdict === 'regressed' || isMissing;
  if (failOn.includes('regressed') && isWorse) return EXIT.failed;
  // One without a metric had no round on one of the sides: nothing is known of it either.
  const isOpen =
    isMissing ||
    subjects.some(
      ({ metrics }) =>
        metrics.length === 0 || metrics.some((each) => each.verdict === 'inconclusive'),
    );
  return failOn.includes('inconclusive') && isOpen ? EXIT.inconclusive : EXIT.pass;
}
