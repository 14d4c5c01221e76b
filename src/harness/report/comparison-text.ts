/** Draws a comparison for the terminal: a table and a spectrum for each subject, at most 120 columns wide. */

import Table from 'cli-table3';
import picocolors from 'picocolors';
import type { ComparedSide, ComparisonReport } from '../compare/comparison-report.ts';
import type { SubjectComparison } from '../compare/suite.ts';
import type { Verdict } from '../results/run-record.ts';
import {
  changeTitle,
  formatChangeInterval,
  formatMetric,
  formatPValue,
  formatShare,
  formatVerdict,
  metricTitle,
  NOTHING_TO_COMPARE,
} from './metric-text.ts';
import { inertText, wrapText } from './plain-text.ts';
import { drawSpectrum } from './spectrum.ts';
import { NO_BORDERS, type TextOptions } from './text.ts';

type Colours = ReturnType<typeof picocolors.createColors>;

const MAX_WIDTH = 120;
const MAX_NAME_LENGTH = 60;
/** Both sides, every subject, the verdict, and what to know about it. Ends with a newline. */
export function renderComparisonText(report: ComparisonReport, options: TextOptions = {}): string {
  const colours = picocolors.createColors(options.colour === 'ansi');
  const { baseline, candidate, subjects, problems, warnings, verdict, tolerance } = report;
  return [
    `baseline   ${describeSide(baseline)}`,
    `candidate  ${describeSide(candidate)}`,
    '',
    ...subjects.flatMap((subject) => [...drawSubject(subject, report, colours), '']),
    colours.dim(wrapText(legend(tolerance), MAX_WIDTH)),
    ...warnings.map((text) =>
      colours.yellow(wrapText(`! ${inertText(text, 400)}`, MAX_WIDTH, '  ')),
    ),
    '',
    ...problems.map(({ kind, text }) =>
      colours.red(wrapText(`${kind}: ${inertText(text, 400)}`, MAX_WIDTH, '  ')),
    ),
    ...reasonsOf(subjects).map((text) => wrapText(text, MAX_WIDTH, '  ')),
    paint(verdict, colours, `${verdict}: ${countVerdicts(report)}`),
    '',
  ].join('\n');
}

function describeSide({ name, startedAt, gitCommit }: ComparedSide): string {
  const commit = gitCommit === null ? '' : `, commit ${inertText(gitCommit.slice(0, 12))}`;
  return `${inertText(name, MAX_NAME_LENGTH)}, ${inertText(startedAt, 40)}${commit}`;
}

function drawSubject(
  subject: SubjectComparison,
  report: ComparisonReport,
  colours: Colours,
): string[] {
  const { scenario, variant, pairing, rounds, metrics } = subject;
  const change = changeTitle(report);
  const header = ['', 'baseline', 'candidate', change, 'p', 'noise', 'found from', 'verdict'];
  const table = new Table({
    head: header.map((title) => colours.dim(title)),
    colAligns: header.map((_, column) => (column === 0 || column === 7 ? 'left' : 'right')),
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const each of metrics) {
    table.push([
      metricTitle(each.metric),
      formatMetric(each.metric, each.baseline),
      formatMetric(each.metric, each.candidate),
      formatChangeInterval(each),
      formatPValue(each.adjustedPValue),
      each.noiseFloor === null ? '–' : `±${formatShare(each.noiseFloor)}`,
      formatShare(each.detectable),
      paint(each.verdict, colours, formatVerdict(each.verdict, report.tolerance)),
    ]);
  }
  const names = `${inertText(scenario, MAX_NAME_LENGTH)} on ${inertText(variant, MAX_NAME_LENGTH)}`;
  const spectrum = drawSpectrum(metrics, report.tolerance);
  const count =
    pairing === 'paired' ? `${rounds.baseline}` : `${rounds.baseline} and ${rounds.candidate}`;
  return [
    `${colours.bold(names)}  ${colours.dim(`${count} rounds, ${pairing}`)}`,
    ...(metrics.length === 0 ? [NOTHING_TO_COMPARE] : table.toString().split('\n').map(trimEnd)),
    ...(spectrum.length === 0 ? [] : ['', ...spectrum]),
  ];
}

function trimEnd(line: string): string {
  return line.trimEnd();
}

function legend(tolerance: number): string {
  return (
    `change is candidate over baseline, + is more; p is corrected for all comparisons (Holm); noise is what one ` +
    `variant measured twice differs by; a change for the worse is found from the next column on, four times of ` +
    `five; changes up to ${formatShare(tolerance)} do not matter`
  );
}

/** Each reason once, with the number of figures that it holds for. */
function reasonsOf(subjects: readonly SubjectComparison[]): string[] {
  const counts = new Map<string, number>();
  for (const { reason } of subjects.flatMap(({ metrics }) => metrics)) {
    if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `inconclusive (${count}): ${inertText(reason, 400)}`);
}

/** How many figures came out how: `1 regressed, 8 unchanged within 3.0 %`. */
export function countVerdicts({
  subjects,
  tolerance,
}: Pick<ComparisonReport, 'subjects' | 'tolerance'>): string {
  const verdicts = subjects.flatMap(({ metrics }) => metrics.map(({ verdict }) => verdict));
  if (verdicts.length === 0) return 'nothing was compared';
  const empty = subjects.filter(({ metrics }) => metrics.length === 0).length;
  const counts = (['regressed', 'improved', 'inconclusive', 'unchanged'] as const)
    .map((verdict) => [verdicts.filter((each) => each === verdict).length, verdict] as const)
    .filter(([count]) => count > 0)
    .map(([count, verdict]) => `${count} ${formatVerdict(verdict, tolerance)}`);
  return [...counts, ...(empty === 0 ? [] : [`${empty} not compared`])].join(', ');
}

function paint(verdict: Verdict, colours: Colours, text: string): string {
  switch (verdict) {
    case 'regressed':
      return colours.red(text);
    case 'improved':
      return colours.green(text);
    case 'inconclusive':
      return colours.yellow(text);
    default:
      return text;
  }
}
