/**
 * Names for calls, so that a log line, an audit line and an event of one call can be put together.
 *
 * An id is a prefix of this process and a counter: unique without a random number per call. It is
 * made only when somebody asks for it; a call that nobody watches has none.
 */

import { randomBytes } from 'node:crypto';

const PREFIX = randomBytes(6).toString('hex');
let lastNumber = 0;

/** An id that no other call has, in this process or another. */
export function nextRequestId(): string {
  lastNumber++;
  return `${PREFIX}-${lastNumber.toString(36)}`;
}
