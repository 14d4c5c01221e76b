/**
 * What the program says went wrong. It may repeat what a service, a file or a command line said,
 * which must not be able to move the cursor or to colour the rest.
 */

import { inertText } from '../harness/report/plain-text.ts';
import { stderr } from './streams.ts';

/** Writes `toolrig: <message>` to stderr, its lines as they are and each of them inert. */
export function complain(message: string): void {
  const lines = message.split('\n').map((line) => inertText(line, Number.POSITIVE_INFINITY));
  stderr(`toolrig: ${lines.join('\n')}\n`);
}
