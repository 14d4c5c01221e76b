/**
 * The children of a replayed scenario: what one incarnation does, on whichever of the three kinds of
 * children it runs, and how it is told to end.
 */

import type { StartChild } from '../../../src/runtime/index.ts';
import type { Term } from './scenario.ts';

export const CHILD_KINDS = ['inline', 'thread', 'process'] as const;
export type ChildKind = (typeof CHILD_KINDS)[number];

/** `ok`, `ignore`, `crash`, `['error', reason]` or `['ok', info]`. */
export type Outcome = 'ok' | 'ignore' | 'crash' | readonly ['error' | 'ok', Term];

/** How it takes a request to stop; the default is to obey at once. */
export type Behaviour = 'obey' | 'hang' | readonly ['slow', number] | readonly ['other', Term];

/** One incarnation, made and not started. */
export interface Actor {
  readonly start: StartChild;
  /** Makes it end with this reason, not `kill`. */
  end(reason: Term): void;
}

export type MakeActor = (outcome: Outcome, behaviour: Behaviour) => Actor;

/** From the notation of the traces to an exit reason, and back. */
export function toReason(term: Term): unknown {
  return Array.isArray(term) && term[0] === 'shutdown' ? { shutdown: term[1] } : term;
}

export function toTerm(reason: unknown): Term {
  if (reason instanceof Error) return reason.message;
  if (typeof reason === 'object' && reason !== null && Object.hasOwn(reason, 'shutdown')) {
    return ['shutdown', (reason as { shutdown: Term }).shutdown];
  }
  return reason as Term;
}
