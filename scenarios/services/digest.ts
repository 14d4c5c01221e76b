/** Work for a processor that cannot be skipped: a digest of a digest of a digest of a text. */

import { createHash } from 'node:crypto';

/** The digest of `text`, digested so many times over; each takes about a microsecond. */
export function digestOf(text: string, times: number): string {
  let digest = text;
  for (let i = 0; i < times; i++) digest = createHash('sha256').update(digest).digest('base64');
  return digest;
}
