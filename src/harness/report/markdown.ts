/**
 * `report.md`: what the terminal showed, with the environment and how to repeat the run, to be
 * kept or pasted into an issue.
 *
 * Names and messages are other people's text. They are escaped, so that none can become a link,
 * an image, HTML or another table column.
 */

import type { RunRecord, Validity } from '../results/run-record.ts';
import { groupByScenario, type ScenarioGroup } from '../results/scenario-group.ts';
import { environmentRows } from './environment-rows.ts';
import { inertText } from './plain-text.ts';
import { type ScenarioTable, tabulateScenario } from './scenario-table.ts';
import { summarySentences } from './summary-sentences.ts';

/** The text of `report.md`. */
export function renderMarkdown(record: RunRecord): string {
  const sentences = summarySentences(record).map((sentence) => escaped(sentence, 2_000)); // ours: never cut
  const blocks = [
    `# Run ${escaped(record.runId)}`,
    validityBlock(record.validity),
    ...sentences,
    ...groupByScenario(record.scenarios).flatMap(scenarioBlocks),
    '## Environment',
    environmentTable(record),
    '## How to reproduce',
    reproduceBlock(record),
    fenced(record.command),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function validityBlock({ verdict, reasons }: Validity): string {
  const meaning = {
    valid: 'The numbers are **valid**.',
    suspect: 'The numbers are **suspect**: use them with care.',
    invalid: 'The numbers are **invalid**: do not use them.',
  }[verdict];
  return [meaning, ...(reasons.length === 0 ? [] : ['', list(reasons)])].join('\n');
}

/** One table a scenario; a column names the case where the scenario names its cases. */
function scenarioBlocks(scenario: ScenarioGroup): string[] {
  const {
    name,
    settings,
    header,
    sections,
    legend,
    batches,
    accounts,
    remarks,
    notes,
    thresholds,
  } = tabulateScenario(scenario);
  const hasCases = sections.some(({ title }) => title !== '');
  return [
    `## ${escaped(name)}`,
    `${escaped(settings)}.`,
    sectionsTable(header, sections, hasCases),
    ...(accounts === undefined
      ? []
      : [sectionsTable(accounts.header, accounts.sections, hasCases)]),
    `${escaped(legend, 1_000)}.`,
    ...(batches === '' ? [] : [`${escaped(batches, 4_000)}.`]),
    ...(remarks.length === 0 ? [] : [list(remarks)]),
    ...(notes.length === 0 ? [] : [list(notes.map(({ mark, text }) => `${mark} ${text}`))]),
    ...(thresholds.length === 0
      ? []
      : [
          'Thresholds:',
          list(thresholds.map(({ passed, text }) => `${passed ? '✓' : '✗'} ${text}`)),
        ]),
  ];
}

function sectionsTable(
  header: readonly string[],
  sections: ScenarioTable['sections'],
  hasCases: boolean,
): string {
  return table(
    hasCases ? ['case', ...header] : header,
    sections.flatMap(({ title, rows }) =>
      rows.map(({ variant, marks, cells }) => [
        ...(hasCases ? [escaped(title)] : []),
        marks === '' ? escaped(variant) : `${escaped(variant)} ${marks}`,
        ...cells,
      ]),
    ),
    hasCases ? 2 : 1,
  );
}

function environmentTable(record: RunRecord): string {
  return table(
    ['', ''],
    environmentRows(record).map(([name, value]) => [name, escaped(value)]),
    2,
  );
}

function reproduceBlock({ environment }: RunRecord): string {
  const { gitCommit, gitDirty, node } = environment;
  const commit = gitCommit === null ? '' : ` at commit ${escaped(gitCommit.slice(0, 12))}`;
  const changes = gitDirty === true ? ' with the changes that it had' : '';
  return `With Node ${escaped(node)}${commit}${changes}:`;
}

/** The first `wordColumns` hold words, the others figures. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  wordColumns: number,
): string {
  const rule = header.map((_, column) => (column < wordColumns ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${escaped(item)}`).join('\n');
}

/** Backslashes before everything that Markdown or GitHub gives a meaning to within a line. */
export function escaped(text: string, maxLength = 400): string {
  return inertText(text, maxLength)
    .replaceAll(/[\\`*_{}[\]<>#!|~&@$]/g, String.raw`\$&`)
    .replaceAll('://', String.raw`\://`)
    .replaceAll(/www\./gi, (prefix) => `${prefix.slice(0, -1)}\\.`);
}

/** A code block with a fence longer than any in `text`. */
export function fenced(text: string): string {
  const inert = inertText(text, 2_000);
  const longest = Math.max(2, ...[...inert.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${inert}\n${fence}`;
}
