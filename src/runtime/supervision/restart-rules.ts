/**
 * The rules of Erlang's `supervisor`, as functions: what follows from the end of a child.
 *
 *                 normal, shutdown, { shutdown }     anything else
 *   permanent     restart                            restart
 *   transient     keep: it stays, stopped            restart
 *   temporary     forget                             forget
 */

import type { AutoShutdown, CheckedSpec } from './child-spec.ts';
import { type ExitReason, isOrderly } from './exit-reason.ts';

/** Which children a restart of one takes along. */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';
export const STRATEGIES = [
  'one_for_one',
  'one_for_all',
  'rest_for_one',
] as const satisfies Strategy[];

/** What becomes of a child that ended by itself. */
export function fateOf(
  spec: Pick<CheckedSpec, 'restart'>,
  reason: ExitReason,
): 'restart' | 'keep' | 'forget' {
  if (spec.restart === 'permanent') return 'restart';
  if (spec.restart === 'temporary') return 'forget';
  return isOrderly(reason) ? 'keep' : 'restart';
}

/**
 * Whether the supervisor ends because this child has, which will not be restarted.
 *
 * @param othersSignificant - significant children that run or are being restarted
 */
export function endsSupervisor(
  autoShutdown: AutoShutdown,
  spec: Pick<CheckedSpec, 'significant'>,
  othersSignificant: boolean,
): boolean {
  if (!spec.significant || autoShutdown === 'never') return false;
  return autoShutdown === 'any_significant' || !othersSignificant;
}

/** The children that are stopped and started again with `failed`, in order of start. */
export function restartGroup<T>(strategy: Strategy, children: Iterable<T>, failed: T): T[] {
  if (strategy === 'one_for_one') return [failed];
  const all = [...children];
  return strategy === 'one_for_all' ? all : all.slice(all.indexOf(failed));
}
