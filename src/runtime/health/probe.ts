/**
 * One question to one service: is it well?
 *
 * Well means that the name is held and that `ping` is answered within the deadline. The ping takes
 * its turn in the mailbox and on the service's thread, so one answer says that the registry, the
 * thread and the service all work; a thread that loops gives none. Pings go to the reference, past
 * access policies and call metrics: they are nobody's traffic.
 *
 * A service that does not answer in time but answered others meanwhile is busy, not stuck. That is
 * a failure to report and no reason to kill it, since what it works on would be lost.
 *
 * Of a service with several copies each is asked: calls go around one that hangs, and so would a
 * ping. It is as well as the worst of them, and those are named: the others need no restart.
 */

import type { Clock } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import type { ServiceReference } from '../dispatch/service-reference.ts';

/**
 * Why a service is not well: nobody has its name; its `init` has not finished; it is being stopped;
 * it ended during the ping; it answered nobody within the deadline; it answered others, not the
 * ping; it answered the ping with an error.
 */
export type FailureReason =
  | 'not-registered'
  | 'starting'
  | 'stopping'
  | 'exited'
  | 'no-answer'
  | 'busy'
  | 'refused';

export type ProbeOutcome =
  | { readonly status: 'healthy'; readonly latencyMs: number }
  | {
      readonly status: 'failed';
      readonly reason: FailureReason;
      /** The copies for which that is so, of a service that has several. */
      readonly copies?: readonly ServiceReference[];
    };

/**
 * Asks `reference`, or each of its copies, and waits no longer than `deadlineMs`, give or take a tick
 * of the deadline wheel. Never rejects.
 */
export async function probe(
  reference: ServiceReference | undefined,
  deadlineMs: number,
  clock: Clock,
): Promise<ProbeOutcome> {
  if (reference === undefined) return failed('not-registered');
  const asked = reference.copies ?? [];
  if (asked.length === 0) return probeOne(reference, deadlineMs, clock);
  return worst(asked, await Promise.all(asked.map((copy) => probeOne(copy, deadlineMs, clock))));
}

async function probeOne(
  reference: ServiceReference,
  deadlineMs: number,
  clock: Clock,
): Promise<ProbeOutcome> {
  const answeredBefore = countAnswers(reference);
  const askedAtMs = clock.nowMs();
  try {
    await reference.call('ping', undefined, { timeoutMs: deadlineMs });
    return { status: 'healthy', latencyMs: clock.nowMs() - askedAtMs };
  } catch (error) {
    const code = error instanceof ToolrigError ? error.code : undefined;
    const { status } = reference;
    if (status === 'starting' || status === 'stopping') return failed(status);
    if (code === 'ERR_SERVICE_EXIT') return failed('exited');
    if (code !== 'ERR_TIMEOUT' && code !== 'ERR_OVERLOADED') return failed('refused');
    // A full mailbox refuses at once; whether anything moves in it takes a while to see.
    if (code === 'ERR_OVERLOADED') await clock.sleep(deadlineMs);
    return failed(countAnswers(reference) > answeredBefore ? 'busy' : 'no-answer');
  }
}

/** The failure that a restart could mend, any other failure, or the slowest answer. */
function worst(
  asked: readonly ServiceReference[],
  outcomes: readonly ProbeOutcome[],
): ProbeOutcome {
  const reasons = outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : undefined));
  const reason = reasons.includes('no-answer')
    ? 'no-answer'
    : reasons.find((each) => each !== undefined);
  if (reason !== undefined) {
    const copies = asked.filter((_, index) => reasons[index] === reason);
    return { status: 'failed', reason, copies };
  }
  const answers = outcomes.flatMap((outcome) => ('latencyMs' in outcome ? outcome.latencyMs : []));
  return { status: 'healthy', latencyMs: Math.max(...answers) };
}

function countAnswers(reference: ServiceReference): number {
  const { requestCount, lateReplyCount } = reference.stats();
  return requestCount + lateReplyCount;
}

function failed(reason: FailureReason): ProbeOutcome {
  return { status: 'failed', reason };
}
