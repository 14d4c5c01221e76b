/**
 * What is known of one service's health, and how one check changes it: a function of its arguments.
 *
 *   unknown ──▶ healthy ◀──▶ failed
 *
 * A restart is due after so many checks in a row that a restart could mend. Checks that found the
 * service starting, stopping or busy are failures that a restart would make worse, so they begin
 * the row anew; so does a restart, which gives the service the same time again. So does another
 * service that has taken the name between two checks: it has not failed any of those before. Each copy
 * of a service that has several has a row of its own, and is restarted by itself.
 */

import type { ServiceReference } from '../dispatch/service-reference.ts';
import type { FailureReason, ProbeOutcome } from './probe.ts';

export interface ServiceHealth {
  readonly name: string;
  /** `unknown` until its first check. */
  readonly status: 'unknown' | 'healthy' | 'failed';
  /** Why it is `failed`; else `null`. */
  readonly reason: FailureReason | null;
  /** Where those of its copies run that failed so; empty when it is one service. */
  readonly failedCopies: readonly string[];
  /** When it last answered; ISO 8601. */
  readonly lastSeen: string | null;
  /** How long its last answer took. */
  readonly latencyMs: number | null;
  readonly consecutiveFailures: number;
  /** Restarts that the monitor has asked for. */
  readonly restartsAsked: number;
}

/** What one check found. */
export interface Finding {
  /** Who had the name when it was asked. */
  readonly asked: ServiceReference | undefined;
  readonly outcome: ProbeOutcome;
}

/** Health, and the failures in a row that a restart could mend. */
export interface HealthRecord {
  readonly health: ServiceHealth;
  readonly strikes: number;
  /** Who was last seen to have the name; `undefined` before anybody was. */
  readonly holder: ServiceReference | undefined;
  /** As {@link strikes}, of copies: those that failed the last check. */
  readonly copyStrikes: ReadonlyMap<ServiceReference, number>;
}

export interface HealthStep extends HealthRecord {
  /** Whether the status, or the reason for it, is another than before. */
  readonly changed: boolean;
  readonly restartDue: boolean;
  /** Copies of which that is so, each by itself. */
  readonly copiesDue: readonly ServiceReference[];
}

/** Failures that the supervisor is dealing with, or that would be worse after a restart. */
const LEFT_ALONE: ReadonlySet<FailureReason> = new Set(['starting', 'stopping', 'busy', 'exited']);

const NO_STRIKES: ReadonlyMap<ServiceReference, number> = new Map();

/** A service that has not been checked. */
export function unknownHealth(name: string): HealthRecord {
  return {
    health: {
      name,
      status: 'unknown',
      reason: null,
      failedCopies: [],
      lastSeen: null,
      latencyMs: null,
      consecutiveFailures: 0,
      restartsAsked: 0,
    },
    strikes: 0,
    holder: undefined,
    copyStrikes: NO_STRIKES,
  };
}

/**
 * Takes in what one check found.
 *
 * @param checkedAt - ISO 8601
 * @param strikesAllowed - a restart is due at so many strikes; `Infinity` for never
 */
export function advance(
  { health, strikes, holder: lastHolder, copyStrikes: lastCopyStrikes }: HealthRecord,
  { asked, outcome }: Finding,
  checkedAt: string,
  strikesAllowed: number,
): HealthStep {
  const holder = asked ?? lastHolder;
  if (outcome.status === 'healthy') {
    const { latencyMs } = outcome;
    return {
      health: {
        ...health,
        status: 'healthy',
        reason: null,
        failedCopies: [],
        lastSeen: checkedAt,
        latencyMs,
        consecutiveFailures: 0,
      },
      strikes: 0,
      holder,
      copyStrikes: NO_STRIKES,
      changed: health.status !== 'healthy',
      restartDue: false,
      copiesDue: [],
    };
  }
  const { reason, copies } = outcome;
  const isLeftAlone = LEFT_ALONE.has(reason);
  const before = holder === lastHolder ? strikes : 0;
  const struck = isLeftAlone || copies !== undefined ? 0 : before + 1;
  const restartDue = struck >= strikesAllowed;
  const suspects = isLeftAlone ? [] : (copies ?? []);
  const struckCopies = suspects.map(
    (copy) => [copy, (lastCopyStrikes.get(copy) ?? 0) + 1] as const,
  );
  const copiesDue = struckCopies.flatMap(([copy, count]) => (count >= strikesAllowed ? copy : []));
  const failedCopies = (copies ?? []).map(({ where }) => where);
  return {
    health: {
      ...health,
      status: 'failed',
      reason,
      failedCopies,
      consecutiveFailures: health.consecutiveFailures + 1,
      restartsAsked: health.restartsAsked + (restartDue ? 1 : 0) + copiesDue.length,
    },
    strikes: restartDue ? 0 : struck,
    holder,
    copyStrikes: new Map(struckCopies.filter(([copy]) => !copiesDue.includes(copy))),
    changed: health.status !== 'failed' || health.reason !== reason,
    restartDue,
    copiesDue,
  };
}
