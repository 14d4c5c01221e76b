/**
 * How the decisions of a supervisor are told apart from their effects: a decision is a generator
 * that yields what is to be started or stopped and is resumed with what came of it. It knows no
 * promise, timer or clock, so a test can drive it with a loop.
 */

import type { ChildEntry } from './child-entry.ts';
import type { RunningChild } from './running-child.ts';

/** `stop`: all `entries` at the same time; those that do not run are passed over. */
export type Effect =
  | { readonly kind: 'start'; readonly entry: ChildEntry }
  | { readonly kind: 'stop'; readonly entries: readonly ChildEntry[] };

export type StartOutcome =
  | { readonly kind: 'running'; readonly child: RunningChild }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'failed'; readonly error: unknown };

export type Steps<T> = Generator<Effect, T, StartOutcome | undefined>;

/** What a supervisor does next: `try-again` once it has looked at what else arrived. */
export type Verdict =
  | { readonly kind: 'carry-on' }
  | { readonly kind: 'try-again'; readonly entry: ChildEntry }
  | { readonly kind: 'give-up' };

export const CARRY_ON: Verdict = { kind: 'carry-on' };
export const GIVE_UP: Verdict = { kind: 'give-up' };

/** Starts the child of an entry. */
export function* start(entry: ChildEntry): Steps<StartOutcome> {
  const outcome = yield { kind: 'start', entry };
  if (outcome === undefined) throw new TypeError('a start must be answered with its outcome');
  return outcome;
}

/** Stops the children of entries, at the same time. */
export function* stop(entries: readonly ChildEntry[]): Steps<void> {
  if (entries.some(({ child }) => child !== undefined)) yield { kind: 'stop', entries };
}
