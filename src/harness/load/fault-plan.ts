/**
 * When the next fault comes and whom it strikes: the same seed strikes the same services at the
 * same times.
 *
 * Gaps are drawn evenly from half the mean to one and a half, so that faults neither beat in time
 * with anything periodic (a heartbeat, a collection) nor follow so closely that none is recovered from.
 */

import type { Fault } from './chaos.ts';

/** A fault to come. */
export interface PlannedFault {
  /** From the fault before it, or from the beginning of the load. */
  readonly gapMs: number;
  readonly service: string;
}

/** The next fault of those that `fault` describes. */
export function nextFault(fault: Fault, random: () => number): PlannedFault {
  const gapMs = fault.everyMs * (0.5 + random());
  const victim = Math.floor(random() * fault.services.length);
  return { gapMs, service: fault.services[victim] as string }; // random() < 1, and there is one
}
