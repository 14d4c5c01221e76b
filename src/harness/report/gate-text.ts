/** A gate for the terminal and as Markdown: how it came out and why, around its comparison. */

import type { GateReport, GateSummary } from '../compare/gate/gate-report.ts';
import { renderComparisonMarkdown } from './comparison-markdown.ts';
import { renderComparisonText } from './comparison-text.ts';
import { list } from './markdown.ts';
import { inertText } from './plain-text.ts';
import type { TextOptions } from './text.ts';

const MEANINGS: Readonly<Record<GateSummary['verdict'], string>> = {
  passed: 'passed: nothing regressed by more than the tolerance',
  regressed: 'failed: regressed',
  broken: 'failed: the candidate does not do what the base does',
  inconclusive: 'inconclusive: it cannot be told whether something regressed',
  invalid: 'invalid: nothing can be concluded',
};
const STOPPED: Readonly<Record<GateSummary['stopped'], string>> = {
  decided: 'everything was decided',
  time: 'the time was up',
  looks: 'it had looked as often as it may',
  failure: 'something failed',
  interrupted: 'it was interrupted',
};
const QUADS = 'a round is four processes: base, candidate, candidate, base';

/** The comparison, and below it the verdict of the gate with its reasons, any problem among them. Ends with a newline. */
export function renderGateText(report: GateReport, options: TextOptions = {}): string {
  const { subjects, warnings, gate } = report;
  return [
    // A comparison of nothing would be a table of nothing; what there is to know is in its warnings.
    ...(subjects.length === 0
      ? warnings.map((text) => `! ${inertText(text, 400)}`)
      : [renderComparisonText({ ...report, problems: [] }, options)]),
    workOf(report),
    `gate ${MEANINGS[gate.verdict]}`,
    ...gate.reasons.map((reason) => `  ${inertText(reason, 1_000)}`),
    ...gate.undecided.map((line) => `  only watched: ${inertText(line, 1_000)}`),
    '',
  ].join('\n');
}

/** The same, to be appended to the page of a workflow. */
export function renderGateMarkdown(report: GateReport): string {
  const { verdict, reasons, undecided } = report.gate;
  const lines = [...reasons, ...undecided.map((line) => `only watched: ${line}`)];
  const blocks = [
    `# Gate ${MEANINGS[verdict]}`,
    ...(lines.length === 0 ? [] : [list(lines)]),
    `${workOf(report)}.`,
  ];
  return `${blocks.join('\n\n')}\n\n${renderComparisonMarkdown({ ...report, problems: [] })}`;
}

function workOf({ gate, processes }: GateReport): string {
  const seconds = Math.round(gate.elapsedMs / 1e3);
  if (processes.length === 0) return 'nothing was measured';
  const looks = gate.looks === 1 ? '1 look' : `${gate.looks} looks`;
  const hasQuads = processes.some(({ side }) => side === 'base');
  const work = `${processes.length} processes in ${seconds} s, ${looks}, until ${STOPPED[gate.stopped]}`;
  return hasQuads ? `${work}; ${QUADS}` : work;
}
