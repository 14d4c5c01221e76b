/**
 * How an answer leaves a guest, whatever it holds: a reply that cannot leave its isolate is answered
 * with an error that says so, and an error goes without its data when that cannot leave.
 */

import { messageOf, ToolrigError } from '../../core/errors.ts';
import { GUEST_FRAME, type WireError } from './frames.ts';
import type { Link } from './link.ts';

/** @param index - which call of a chunk; 0 for one on its own */
export function sendReply(link: Link, id: number, index: number, reply: unknown): void {
  try {
    link.send(GUEST_FRAME.reply, id, index, reply);
  } catch (thrown) {
    link.send(GUEST_FRAME.error, id, index, unsendable(thrown));
  }
}

/** @param index - which call of a chunk; 0 for one on its own */
export function sendError(link: Link, id: number, index: number, thrown: unknown): void {
  const error = toWireError(thrown);
  try {
    link.send(GUEST_FRAME.error, id, index, error);
  } catch {
    // The details cannot leave this isolate; what is wrong can.
    link.send(GUEST_FRAME.error, id, index, { ...error, data: undefined });
  }
}

function toWireError(thrown: unknown): WireError {
  if (thrown instanceof ToolrigError) {
    const { code, message, data } = thrown;
    return { code, message, data };
  }
  return { code: 'ERR_SERVICE_EXIT', message: String(thrown), data: undefined };
}

/** The answer to a call whose reply cannot leave this isolate. */
function unsendable(thrown: unknown): WireError {
  return {
    code: 'ERR_INVALID_PARAMS',
    message: `the reply cannot leave its isolate: ${messageOf(thrown)}`,
    data: undefined,
  };
}
