/**
 * What makes decisions happen: the life of a supervisor, of either kind.
 *
 *   exit of a child ─┐                        ┌─▶ start ──▶ RunningChild
 *   call of the API ─┼─▶ queue ──▶ decision ──┤
 *   order to stop ───┘     ▲      (Steps<T>)  └─▶ shutdown … kill
 *                          └── try-again ──┘
 *
 * Messages are handled one at a time, in order. Only `kill` does not wait in line: it ends the
 * children, whatever is being done.
 */

import { setImmediate } from 'node:timers/promises';
import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { requireName } from '../../core/options.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import {
  CHILD_EXIT,
  CHILD_RESTART,
  CHILD_START,
  SUPERVISOR_EXIT,
} from '../telemetry/supervisor-channels.ts';
import type { ChildEntry } from './child-entry.ts';
import { supervisorExit } from './child-errors.ts';
import { describeReason, type ExitReason, isOrderly } from './exit-reason.ts';
import { MessageQueue } from './message-queue.ts';
import { type RunningChild, requireStarted } from './running-child.ts';
import type { Effect, StartOutcome, Steps, Verdict } from './steps.ts';
import { exitOf, stopChildren } from './stop-children.ts';

/** Time that a supervisor beneath one that is killed may take to stop its own children. */
const ORPHAN_LIMIT_MS = 5_000;
/** Errors of starts that some supervisor has logged. */
const LOGGED = new WeakSet<Error>();

export interface ProcessOptions {
  /** Its name in the tree, in logs and in events. Default: `'supervisor'`. */
  readonly name?: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: nowhere. */
  readonly logger?: Logger;
}

/** What either kind of supervisor decides. */
interface Core {
  readonly entries: Iterable<ChildEntry>;
  entryOf(child: RunningChild): ChildEntry | undefined;
  onExit(child: RunningChild, reason: ExitReason, nowMs: number): Steps<Verdict>;
  tryAgain(entry: ChildEntry, nowMs: number): Steps<Verdict>;
  end(): Steps<void>;
}

export class SupervisorProcess<TCore extends Core> {
  readonly name: string;
  readonly exited: Promise<ExitReason>;
  readonly core: TCore;
  readonly startedAtMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #isSilent: boolean;
  readonly #queue = new MessageQueue();
  /** Fires when it is killed, for starts that still run. */
  readonly #killed = new AbortController();
  /** Children that have been asked to stop. */
  readonly #asked = new WeakSet<RunningChild>();
  /** Calls that have no answer yet. */
  readonly #refusals = new Set<(reason: unknown) => void>();
  #announceExit: (reason: ExitReason) => void = () => {};
  #hasEnded = false;
  #exitReason: ExitReason = undefined;

  constructor(core: TCore, options: ProcessOptions) {
    const { name = 'supervisor', clock = SYSTEM_CLOCK, logger = SILENT_LOGGER } = options;
    this.name = requireName('name', name);
    this.core = core;
    this.#clock = clock;
    this.#isSilent = logger === SILENT_LOGGER;
    this.#logger = logger.child({ supervisor: name });
    this.startedAtMs = clock.wallMs();
    this.exited = new Promise((resolve) => {
      this.#announceExit = resolve;
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Runs a decision in its turn and resolves with what it returns.
   *
   * @throws (rejects) what the decision throws; `ERR_SUPERVISOR_EXIT` when the supervisor ends first
   */
  call<T>(decide: () => Steps<T>): Promise<T> {
    return this.#inTurn(() => this.#drive(decide()));
  }

  /** Answers a question about the table in its turn. Throws (rejects) as {@link call}. */
  ask<T>(answer: (core: TCore) => T): Promise<T> {
    return this.#inTurn(() => answer(this.core));
  }

  /** Ends it in its turn: the children are stopped first. */
  shutdown(reason: ExitReason): void {
    this.#post(() => this.#end(reason));
  }

  /** Ends it now: workers are killed, supervisors beneath it are told to stop. */
  kill(): void {
    this.#endBy('killed', () => this.#killChildren());
  }

  /** Ends it now, and supervisors beneath it likewise. */
  killTree(): void {
    this.#endBy('killed', () => this.#killEverything());
  }

  /** Without children left, it is over. */
  finish(reason: ExitReason): void {
    if (this.#hasEnded) return;
    this.#close(reason);
    this.#announce(reason);
  }

  #inTurn<T>(answer: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#hasEnded) {
        reject(supervisorExit(this.name, this.#exitReason));
        return;
      }
      this.#refusals.add(reject);
      this.#queue.post(async () => {
        try {
          resolve(await answer());
        } catch (error) {
          reject(error);
        }
        this.#refusals.delete(reject);
      });
    });
  }

  #post(handle: () => Promise<void>): void {
    this.#queue.post(async () => {
      try {
        await handle();
      } catch (error) {
        this.#crash(error);
      }
    });
  }

  async #onExit(child: RunningChild, reason: ExitReason): Promise<void> {
    const entry = this.core.entryOf(child);
    if (entry !== undefined) this.#tellExit(entry, reason);
    await this.#obey(this.core.onExit(child, reason, this.#clock.nowMs()));
  }

  async #obey(decision: Steps<Verdict>): Promise<void> {
    const verdict = await this.#drive(decision);
    if (verdict.kind === 'give-up') {
      await this.#end('shutdown');
    } else if (verdict.kind === 'try-again') {
      const { entry } = verdict;
      // Behind whatever has arrived, and never without letting timers and I/O have their turn.
      await setImmediate();
      this.#post(() => this.#obey(this.core.tryAgain(entry, this.#clock.nowMs())));
    }
  }

  async #end(reason: ExitReason): Promise<void> {
    await this.#drive(this.core.end());
    this.finish(reason);
  }

  async #drive<T>(steps: Steps<T>): Promise<T> {
    let outcome: StartOutcome | undefined;
    for (;;) {
      const step = steps.next(outcome);
      if (step.done === true) return step.value;
      outcome = await this.#perform(step.value);
      // It was killed meanwhile: nobody is left to decide anything.
      if (this.#killed.signal.aborted) throw supervisorExit(this.name, 'killed');
    }
  }

  async #perform(effect: Effect): Promise<StartOutcome | undefined> {
    if (effect.kind === 'start') return this.#start(effect.entry);
    const { entries } = effect;
    const children = entries.flatMap(({ child }) => child ?? []);
    const shutdown = entries[0]?.spec.shutdown ?? 'infinity';
    for (const entry of entries) {
      if (entry.child === undefined) continue;
      this.#asked.add(entry.child);
      void exitOf(entry.child).then((reason) => this.#tellExit(entry, reason));
    }
    await stopChildren(children, shutdown, this.#clock);
    return undefined;
  }

  /** A supervisor beneath that has logged why it failed, with its stack, is not repeated. */
  #logFailedStart(child: string, error: unknown): void {
    const cause = error instanceof ToolrigError ? error.cause : undefined;
    const isLogged = cause instanceof Error && LOGGED.has(cause);
    const told = isLogged ? { reason: describeReason(error) } : { err: error };
    this.#logger.error({ child, ...told }, 'child did not start');
    if (!this.#isSilent && error instanceof Error) LOGGED.add(error);
  }

  async #start(entry: ChildEntry): Promise<StartOutcome> {
    const { id } = entry.spec;
    const isRestart = entry.startedAtMs !== undefined;
    let child: RunningChild | 'ignore';
    try {
      child = requireStarted(await entry.start(this.#killed.signal));
    } catch (error) {
      this.#logFailedStart(id, error);
      return { kind: 'failed', error };
    }
    if (child === 'ignore') return { kind: 'ignored' };
    if (this.#hasEnded) {
      child.kill(); // too late: nobody would look after it
      return { kind: 'ignored' };
    }
    const running = child;
    entry.startedAtMs = this.#clock.wallMs();
    void exitOf(running).then((reason) => this.#post(() => this.#onExit(running, reason)));
    const event = { supervisor: this.name, child: id, restarts: entry.restarts };
    this.#logger.info({ child: id }, 'child started');
    if (CHILD_START.hasSubscribers) CHILD_START.publish(event);
    if (isRestart && CHILD_RESTART.hasSubscribers) CHILD_RESTART.publish(event);
    return { kind: 'running', child: running };
  }

  #tellExit(entry: ChildEntry, reason: ExitReason): void {
    const { id } = entry.spec;
    const told = { child: id, reason: describeReason(reason) };
    if (isOrderly(reason)) this.#logger.info(told, 'child ended');
    else this.#logger.error({ ...told, err: reason }, 'child ended');
    if (!CHILD_EXIT.hasSubscribers) return;
    CHILD_EXIT.publish({ supervisor: this.name, child: id, restarts: entry.restarts, reason });
  }

  /** A defect of a child's port: there is no telling what runs, so everything goes. */
  #crash(error: unknown): void {
    this.#endBy(error, () => this.#killChildren());
  }

  #endBy(reason: ExitReason, endChildren: () => Promise<void>): void {
    if (this.#hasEnded) return;
    this.#close(reason);
    this.#killed.abort();
    void endChildren().then(() => this.#announce(reason));
  }

  /** One after the other in reverse order of start: first what dies at once, then supervisors. */
  async #killChildren(): Promise<void> {
    const orphans: RunningChild[] = [];
    for (const { child, spec } of [...this.core.entries].toReversed()) {
      if (child === undefined) continue;
      if (spec.type === 'supervisor' && !this.#asked.has(child)) orphans.push(child);
      else await stopChildren([child], 'brutal_kill', this.#clock);
    }
    // A supervisor that loses its parent ends as one that is stopped: its children first.
    for (const orphan of orphans) await stopChildren([orphan], ORPHAN_LIMIT_MS, this.#clock);
  }

  async #killEverything(): Promise<void> {
    for (const { child } of [...this.core.entries].toReversed()) {
      if (child === undefined) continue;
      if (child.killTree === undefined) child.kill();
      else child.killTree();
      await exitOf(child);
    }
  }

  #close(reason: ExitReason): void {
    this.#hasEnded = true;
    this.#exitReason = reason;
    this.#queue.close();
    const error = supervisorExit(this.name, reason);
    for (const refuse of this.#refusals) refuse(error);
    this.#refusals.clear();
  }

  #announce(reason: ExitReason): void {
    this.#logger.info({ reason: describeReason(reason) }, 'supervisor ended');
    if (SUPERVISOR_EXIT.hasSubscribers) {
      SUPERVISOR_EXIT.publish({ supervisor: this.name, reason });
    }
    this.#announceExit(reason);
  }
}
