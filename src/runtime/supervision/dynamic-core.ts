/**
 * The decisions of a supervisor of many alike children that are started on demand and known by
 * reference: OTP's `simple_one_for_one`, with Elixir's `maxChildren`.
 *
 * What ends and is not restarted is forgotten at once, and all stop at the same time.
 */

import type { ChildEntry } from './child-entry.ts';
import { notAChild, tooManyChildren } from './child-errors.ts';
import type { AutoShutdown } from './child-spec.ts';
import type { ExitReason } from './exit-reason.ts';
import { endsSupervisor, fateOf } from './restart-rules.ts';
import type { RestartWindow } from './restart-window.ts';
import type { RunningChild } from './running-child.ts';
import {
  CARRY_ON,
  GIVE_UP,
  type StartOutcome,
  type Steps,
  start,
  stop,
  type Verdict,
} from './steps.ts';

export class DynamicCore {
  readonly #autoShutdown: AutoShutdown;
  readonly #window: RestartWindow;
  readonly #maxChildren: number;
  /** In order of start; a restart puts a child at the end. */
  readonly #entries = new Set<ChildEntry>();
  readonly #running = new Map<RunningChild, ChildEntry>();
  /** The last incarnation of each child whose restart failed, by which it can still be stopped. */
  readonly #restarting = new Map<RunningChild, ChildEntry>();
  /** Every child that ever was one, so that stopping one that has ended is no error. */
  readonly #known = new WeakSet();

  constructor(autoShutdown: AutoShutdown, window: RestartWindow, maxChildren: number) {
    this.#autoShutdown = autoShutdown;
    this.#window = window;
    this.#maxChildren = maxChildren;
  }

  get entries(): ReadonlySet<ChildEntry> {
    return this.#entries;
  }

  entryOf(child: RunningChild): ChildEntry | undefined {
    return this.#running.get(child);
  }

  *end(): Steps<void> {
    yield* stop([...this.#entries]);
    this.#entries.clear();
    this.#running.clear();
    this.#restarting.clear();
  }

  *onExit(child: RunningChild, reason: ExitReason, nowMs: number): Steps<Verdict> {
    const entry = this.#running.get(child);
    if (entry === undefined) return CARRY_ON; // it was stopped, and that has been dealt with
    if (fateOf(entry.spec, reason) === 'restart') return yield* this.#restart(entry, child, nowMs);
    this.#forget(entry);
    const others = this.#entries.size > 0;
    return endsSupervisor(this.#autoShutdown, entry.spec, others) ? GIVE_UP : CARRY_ON;
  }

  *tryAgain(entry: ChildEntry, nowMs: number): Steps<Verdict> {
    const { previous } = entry;
    if (previous === undefined) return CARRY_ON; // it was stopped meanwhile
    return yield* this.#restart(entry, previous, nowMs);
  }

  /** Throws `ERR_MAX_CHILDREN`. What does not run is not kept. */
  *startChild(entry: ChildEntry): Steps<StartOutcome> {
    if (this.#entries.size >= this.#maxChildren) throw tooManyChildren(this.#maxChildren);
    const outcome = yield* start(entry);
    if (outcome.kind === 'running') this.#settle(entry, outcome.child);
    return outcome;
  }

  /** Stops and forgets a child; one that has ended, and what stands for it, is forgotten. Throws `ERR_CHILD_NOT_FOUND`. */
  *terminateChild(child: RunningChild): Steps<void> {
    const entry = this.#running.get(child) ?? this.#restarting.get(child);
    if (entry === undefined) {
      if (!this.#known.has(child)) throw notAChild();
      this.#forgetIgnored(); // OTP looks for the dead under the key of the placeholder
      return;
    }
    yield* stop([entry]);
    this.#forget(entry);
  }

  *#restart(entry: ChildEntry, previous: RunningChild, nowMs: number): Steps<Verdict> {
    this.#forget(entry);
    if (!this.#window.record(nowMs)) return GIVE_UP;
    entry.isWanted = true;
    this.#entries.add(entry);
    entry.restarts++;
    const outcome = yield* start(entry);
    if (outcome.kind === 'failed') {
      entry.isRestarting = true;
      entry.previous = previous;
      this.#restarting.set(previous, entry);
      return { kind: 'try-again', entry };
    }
    if (outcome.kind === 'running') this.#settle(entry, outcome.child);
    else this.#keepIgnored(entry);
    return CARRY_ON;
  }

  /** As OTP does: of those that chose not to start again, one placeholder remains. */
  #keepIgnored(entry: ChildEntry): void {
    this.#forgetIgnored();
    entry.isWanted = false;
  }

  #forgetIgnored(): void {
    for (const entry of this.#entries) if (!entry.isWanted) this.#entries.delete(entry);
  }

  #settle(entry: ChildEntry, child: RunningChild): void {
    entry.child = child;
    entry.isRestarting = false;
    this.#entries.add(entry);
    this.#running.set(child, entry);
    this.#known.add(child);
  }

  #forget(entry: ChildEntry): void {
    if (entry.child !== undefined) this.#running.delete(entry.child);
    if (entry.previous !== undefined) this.#restarting.delete(entry.previous);
    entry.child = undefined;
    entry.previous = undefined;
    entry.isRestarting = false;
    entry.isWanted = false;
    this.#entries.delete(entry);
  }
}
