/**
 * The decisions of a supervisor whose children have ids: its table, and what is to be stopped and
 * started when a child ends or somebody asks. Written after `supervisor.erl` of OTP 25, rule by rule.
 *
 * It starts and stops nothing itself (steps.ts) and is given the time.
 */

import type { ChildEntry } from './child-entry.ts';
import { childExists, childIsUp, childNotFound } from './child-errors.ts';
import type { AutoShutdown } from './child-spec.ts';
import type { ExitReason } from './exit-reason.ts';
import { endsSupervisor, fateOf, restartGroup, type Strategy } from './restart-rules.ts';
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

/** A child that did not start, and why. */
export interface StartFailure {
  readonly entry: ChildEntry;
  readonly error: unknown;
}

export class SupervisorCore {
  readonly #strategy: Strategy;
  readonly #autoShutdown: AutoShutdown;
  readonly #window: RestartWindow;
  /** In order of start. */
  readonly #entries = new Map<string, ChildEntry>();
  /** Those whose end has not been dealt with. */
  readonly #running = new Map<RunningChild, ChildEntry>();

  constructor(strategy: Strategy, autoShutdown: AutoShutdown, window: RestartWindow) {
    this.#strategy = strategy;
    this.#autoShutdown = autoShutdown;
    this.#window = window;
  }

  /** In order of start. */
  get entries(): readonly ChildEntry[] {
    return [...this.#entries.values()];
  }

  /** The entry whose present incarnation is `child`. */
  entryOf(child: RunningChild): ChildEntry | undefined {
    return this.#running.get(child);
  }

  /** Takes the first children and starts them; the first that fails ends those before it. */
  *begin(entries: readonly ChildEntry[]): Steps<StartFailure | undefined> {
    for (const entry of entries) this.#entries.set(entry.spec.id, entry);
    const failure = yield* this.#startInOrder(entries);
    if (failure !== undefined) yield* this.#stopInReverse(this.entries);
    return failure;
  }

  *end(): Steps<void> {
    yield* this.#stopInReverse(this.entries);
  }

  /** A child has ended by itself. */
  *onExit(child: RunningChild, reason: ExitReason, nowMs: number): Steps<Verdict> {
    const entry = this.#running.get(child);
    if (entry === undefined) return CARRY_ON; // it was stopped, and that has been dealt with
    this.#running.delete(child);
    entry.child = undefined;
    if (fateOf(entry.spec, reason) === 'restart') return yield* this.#restart(entry, nowMs);
    this.#retire(entry);
    const { significant } = entry.spec;
    const others = significant && this.entries.some(isSignificantAndUp);
    return endsSupervisor(this.#autoShutdown, entry.spec, others) ? GIVE_UP : CARRY_ON;
  }

  /** Another attempt after a restart that failed, unless something else has happened since. */
  *tryAgain(entry: ChildEntry, nowMs: number): Steps<Verdict> {
    const { id } = entry.spec;
    if (this.#entries.get(id) !== entry || !entry.isRestarting) return CARRY_ON;
    return yield* this.#restart(entry, nowMs);
  }

  /**
   * Adds a child at the end and starts it; one that fails leaves nothing behind.
   *
   * @throws `ERR_CHILD_EXISTS`
   */
  *startChild(entry: ChildEntry): Steps<StartOutcome> {
    const { id, restart } = entry.spec;
    const present = this.#entries.get(id);
    if (present !== undefined) throw childExists(id, present.child !== undefined);
    const outcome = yield* start(entry);
    const isKept =
      outcome.kind === 'running' || (outcome.kind === 'ignored' && restart !== 'temporary');
    if (isKept) {
      this.#entries.set(id, entry);
      this.#settle(entry, outcome);
    }
    return outcome;
  }

  /** Stops a child and keeps its spec, unless it is temporary. Throws `ERR_CHILD_NOT_FOUND`. */
  *terminateChild(id: string): Steps<void> {
    const entry = this.#require(id);
    yield* this.#stopInReverse([entry]);
    this.#retire(entry);
  }

  /** Starts a child that is stopped. Throws `ERR_CHILD_NOT_FOUND`, `ERR_CHILD_RUNNING`. */
  *restartChild(id: string): Steps<StartOutcome> {
    const entry = this.#requireStopped(id);
    const outcome = yield* start(entry);
    if (outcome.kind === 'running') this.#settle(entry, outcome);
    return outcome;
  }

  /** Forgets a child that is stopped. Throws `ERR_CHILD_NOT_FOUND`, `ERR_CHILD_RUNNING`. */
  deleteChild(id: string): void {
    this.#requireStopped(id);
    this.#entries.delete(id);
  }

  *#restart(entry: ChildEntry, nowMs: number): Steps<Verdict> {
    if (!this.#window.record(nowMs)) {
      this.#retire(entry);
      return GIVE_UP;
    }
    const group = restartGroup(this.#strategy, this.#entries.values(), entry);
    yield* this.#stopInReverse(group);
    // Temporary ones among them are gone.
    const members = group.filter(({ spec }) => this.#entries.has(spec.id));
    for (const member of members) member.isWanted = true;
    const failure = yield* this.#startInOrder(members, true);
    if (failure === undefined) return CARRY_ON;
    failure.entry.isRestarting = true;
    return { kind: 'try-again', entry: failure.entry };
  }

  *#startInOrder(
    entries: readonly ChildEntry[],
    isRestart = false,
  ): Steps<StartFailure | undefined> {
    for (const entry of entries) {
      if (isRestart) entry.restarts++;
      const outcome = yield* start(entry);
      if (outcome.kind === 'failed') return { entry, error: outcome.error };
      this.#settle(entry, outcome);
    }
    return undefined;
  }

  /** One after the other; temporary children are forgotten. */
  *#stopInReverse(entries: readonly ChildEntry[]): Steps<void> {
    for (const entry of entries.toReversed()) {
      yield* stop([entry]);
      if (entry.child !== undefined) this.#running.delete(entry.child);
      entry.child = undefined;
      entry.isRestarting = false;
      if (entry.spec.restart === 'temporary') this.#entries.delete(entry.spec.id);
    }
  }

  /** Books a start that did not fail. */
  #settle(entry: ChildEntry, outcome: StartOutcome): void {
    entry.isRestarting = false;
    if (outcome.kind === 'running') {
      entry.child = outcome.child;
      entry.isWanted = true;
      this.#running.set(outcome.child, entry);
    } else {
      this.#retire(entry);
    }
  }

  /** It does not run and shall not: a temporary one is forgotten, others can be started by hand. */
  #retire(entry: ChildEntry): void {
    entry.isRestarting = false;
    entry.isWanted = false;
    if (entry.spec.restart === 'temporary') this.#entries.delete(entry.spec.id);
  }

  #require(id: string): ChildEntry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw childNotFound(id, this.#entries.keys());
    return entry;
  }

  #requireStopped(id: string): ChildEntry {
    const entry = this.#require(id);
    if (entry.isRestarting) throw childIsUp(id, 'restarting');
    if (entry.child !== undefined) throw childIsUp(id, 'running');
    return entry;
  }
}

function isSignificantAndUp({ spec, child, isRestarting }: ChildEntry): boolean {
  return spec.significant && (child !== undefined || isRestarting);
}
