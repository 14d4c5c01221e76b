/** JSON that stands on the command line, or in a file that is named there. */

import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { messageOf, ToolrigError } from '../core/errors.ts';

/**
 * The value of what was written, of the file behind an `@`, or of standard input for `@-`.
 *
 * @param what - what it is, for messages: `the parameters`
 * @throws `ERR_USAGE` when it cannot be read, or is no JSON
 */
export async function parseJsonArgument(what: string, written: string): Promise<unknown> {
  const text = await textOf(what, written);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`${what} are no JSON`, error);
  }
}

async function textOf(what: string, written: string): Promise<string> {
  if (!written.startsWith('@')) return written;
  try {
    return written === '@-' ? await readAll(process.stdin) : readFileSync(written.slice(1), 'utf8');
  } catch (error) {
    throw unreadable(`${what} cannot be read`, error);
  }
}

function unreadable(what: string, cause: unknown): ToolrigError {
  return new ToolrigError('ERR_USAGE', `${what}: ${messageOf(cause)}`, { cause });
}
