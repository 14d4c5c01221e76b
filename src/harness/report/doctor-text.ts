/** The doctor's report on a terminal: a line a finding, what to do below it, the verdict last. */

import picocolors from 'picocolors';
import type { DoctorReport } from '../doctor/doctor-report.ts';
import type { FindingVerdict } from '../doctor/finding.ts';
import type { NoiseReport } from '../doctor/noise-check.ts';
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
  const { environment: machine, findings, noise, verdict } = report;
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
  const found = noise === null || noise.metrics.length === 0 ? '' : `${noiseTable(noise)}\n\n`;
  return `${title}\n\n${lines.join('\n')}\n\n${found}${colours[verdict](VERDICTS[verdict])}\n`;
}

/** What equal code seems to differ by, and the smallest change that a comparison of a length finds. */
function noiseTable({ metrics }: NoiseReport): string {
  const lengths = metrics[0]?.detectable.map(({ withinMs }) => `${withinMs / 1e3} s`) ?? [];
  const rows = [
    ['', 'equal code', ...lengths.map((length) => `found in ${length}`)],
    ...metrics.map(({ metric, floor, detectable }) => [
      metric,
      percent(floor),
      ...detectable.map(({ change }) => percent(change)),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join(''),
  );
  return [...lines, 'changes for the worse, found four times of five'].join('\n');
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)} %`;
}
