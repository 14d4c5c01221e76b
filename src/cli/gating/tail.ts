/** What a program said last, for the message or the reason that it failed. */

import { inertText } from '../../harness/report/plain-text.ts';

const TAIL_LINES = 20;

/** The last line of an output, unable to do anything to a terminal. */
export function lastLineOf(output: string): string {
  return inertText(output.trimEnd().split(/\r?\n/).at(-1) ?? '').replace(/^toolrig: /, '');
}

/** The last lines of an output, indented, and unable to do anything to a terminal. */
export function tailOf(output: string): string {
  const lines = output.trimEnd().replaceAll('\t', '  ').split(/\r?\n/).slice(-TAIL_LINES);
  return lines.map((line) => `  ${inertText(line)}`).join('\n');
}
