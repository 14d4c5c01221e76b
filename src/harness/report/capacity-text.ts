/** A capacity report for the terminal. */

import Table from 'cli-table3';
import type { CapacityRecord } from '../results/capacity-record.ts';
import type { RunRecord } from '../results/run-record.ts';
import { isWritten, type PageTable, type WrittenBlock } from './capacity-blocks.ts';
import { capacityPage } from './capacity-page.ts';
import { inertText, wrapText } from './plain-text.ts';

const WIDTH = 100;
const LONGEST = 4_000;

/** The whole report; its first five lines are the answer. Ends with a newline. */
export function renderCapacityText(record: RunRecord, capacity: CapacityRecord): string {
  const { answer, sections } = capacityPage(record, capacity);
  const parts = [
    answer.map((line) => inertText(line, LONGEST)).join('\n'),
    ...sections.flatMap(({ heading, blocks }) => [
      `${heading}\n${'─'.repeat(heading.length)}\n${blocks.filter(isWritten).map(blockOf).join('\n\n')}`,
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function blockOf(block: WrittenBlock): string {
  switch (block.kind) {
    case 'text':
      return wrapText(inertText(block.text, LONGEST), WIDTH);
    case 'list':
      return block.items
        .map((item) => wrapText(`- ${inertText(item, LONGEST)}`, WIDTH, '  '))
        .join('\n');
    case 'code':
      return `  ${inertText(block.text, LONGEST)}`;
    case 'table':
      return tableOf(block);
  }
}

function tableOf({ caption, header, rows, wordColumns }: PageTable): string {
  const table = new Table({
    head: header.map((each) => inertText(each)),
    colAligns: header.map((_, column) => (column < wordColumns ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map((cell) => inertText(cell, 60)));
  return `${inertText(caption)}\n${table.toString()}`;
}
