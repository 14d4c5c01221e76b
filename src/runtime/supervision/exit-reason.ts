/**
 * Why a child ended, in OTP's words. Four of them a supervisor understands; everything else,
 * usually an `Error`, is an abnormal end.
 *
 *   'normal'        it had nothing more to do
 *   'shutdown'      it was asked to stop, and did; `{ shutdown: why }` says why
 *   'killed'        it was ended from outside without being asked
 */

/** One of those words, or whatever was thrown. */
export type ExitReason = unknown;

/** Whether a transient child that ended for this reason has done its work: it is not restarted. */
export function isOrderly(reason: ExitReason): boolean {
  if (reason === 'normal' || reason === 'shutdown') return true;
  return typeof reason === 'object' && reason !== null && Object.hasOwn(reason, 'shutdown');
}

/** The reason in a few words, for logs and messages. */
export function describeReason(reason: ExitReason): string {
  if (reason instanceof Error) return `${reason.name}: ${reason.message}`;
  if (typeof reason === 'string') return reason;
  if (isOrderly(reason)) return `shutdown: ${String((reason as { shutdown: unknown }).shutdown)}`;
  return String(reason);
}
