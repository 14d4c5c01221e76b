/** `capacity.md`: a capacity report to be kept, or pasted into the notes of a planning meeting. */

import type { CapacityRecord } from '../results/capacity-record.ts';
import type { RunRecord } from '../results/run-record.ts';
import { isWritten, type WrittenBlock } from './capacity-blocks.ts';
import { capacityPage } from './capacity-page.ts';
import { escaped, fenced, list, table } from './markdown.ts';

/** Longest sentence of ours; names within are as long as they are. */
const LONGEST = 4_000;

/** The text of `capacity.md`. Its first five lines are the answer. */
export function renderCapacityMarkdown(record: RunRecord, capacity: CapacityRecord): string {
  const { title, answer, sections } = capacityPage(record, capacity);
  const blocks = [
    // Lines of one paragraph would flow together: each but the last ends in a break.
    answer.map((line) => escaped(line, LONGEST)).join('  \n'),
    `# ${escaped(title)}`,
    ...sections.flatMap((section) => [
      `## ${section.heading}`,
      ...section.blocks.filter(isWritten).map(blockOf),
    ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function blockOf(block: WrittenBlock): string {
  switch (block.kind) {
    case 'text':
      return escaped(block.text, LONGEST);
    case 'list':
      return list(block.items);
    case 'code':
      return fenced(block.text);
    case 'table': {
      const cells = block.rows.map((row) => row.map((cell) => escaped(cell)));
      return `${escaped(block.caption)}:\n\n${table(
        block.header.map((each) => escaped(each)),
        cells,
        block.wordColumns,
      )}`;
    }
  }
}
