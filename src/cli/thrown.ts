/** What the program says of what was thrown. */

import { ToolrigError } from '../core/errors.ts';

/** The message, and for what is no error of ours the place it was thrown at. */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown instanceof ToolrigError) return thrown.message;
  const place = /\n\s+at ([^\n]+)/.exec(thrown.stack ?? '')?.[1];
  return place === undefined ? String(thrown) : `${String(thrown)} (at ${place})`;
}
