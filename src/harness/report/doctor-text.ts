/** The doctor's report on a terminal: a line a finding, what to do below it, the verdict last. */

import picocolors from 'picocolors';
import type { DoctorReport } from '../doctor/doctor-report.ts';
import type { FindingVerdict } from '../doctor/finding.ts';
import { inertText, wrapText } from './plain-text.ts';

const MARKS: Readonly<Record<FindingVerdict, string>> = {
  ok: '✓',
  warning: '!',
  problem: '✗',
  unknown: '?',
};
const VERDICTS = {
  ok: 'Measurements made here can be defended.',
  warning: 'Measurements made here are possible, and less certain than they could be.',
  problem: 'Measurements made here and now could not be defended: mend what is marked ✗ first.',
} as const;
const COLUMNS = 100;

export function renderDoctorText(
  report: DoctorReport,
  options: { readonly colour: 'ansi' | 'none' },
): string {
  const paint = picocolors.createColors(options.colour === 'ansi');
  const colours: Readonly<Record<FindingVerdict, (text: string) => string>> = {
    ok: paint.green,
    warning: paint.yellow,
    problem: paint.red,
    unknown: paint.dim,
  };
  const { environment: machine, findings, verdict } = report;
  const width = Math.max(...findings.map(({ check }) => check.length)) + 2;
  const indent = ' '.repeat(width + 2);
  const folded = (text: string) =>
    wrapText(inertText(text, 1_000), COLUMNS - width - 2).replaceAll('\n', `\n${indent}`);
  const lines = findings.flatMap(({ check, verdict: found, observed, advice }) => [
    `${colours[found](MARKS[found])} ${check.padEnd(width)}${folded(observed)}`,
    ...(advice === null ? [] : [`${indent}${folded(advice)}`]),
  ]);
  const title = inertText(
    `${machine.cpuModel}, ${machine.availableParallelism} CPUs, ${machine.os}, Node ${machine.node}`,
  );
  return `${title}\n\n${lines.join('\n')}\n\n${colours[verdict](VERDICTS[verdict])}\n`;
}
