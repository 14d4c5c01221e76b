/**
 * A supervisor as Erlang/OTP has it: starts its children in order, restarts those that die by its
 * strategy, gives up when they die too often, and stops them in reverse.
 *
 * It is a child itself, so that supervisors make a tree (supervisor-child.ts). Its decisions are in
 * supervisor-core.ts, their effects in supervisor-process.ts.
 */

import { ToolrigError } from '../../core/errors.ts';
import { requireArray, requireKnownKeys, requireOneOf } from '../../core/options.ts';
import { ChildEntry } from './child-entry.ts';
import { childNotStarted, startedTwice } from './child-errors.ts';
import { type ChildCounts, countChildren, type ListedChild, listChild } from './child-list.ts';
import type { ChildNode } from './child-node.ts';
import { type AutoShutdown, type ChildSpec, checkSpec } from './child-spec.ts';
import type { ExitReason } from './exit-reason.ts';
import { STRATEGIES, type Strategy } from './restart-rules.ts';
import type { RunningChild } from './running-child.ts';
import type { StartOutcome, Steps } from './steps.ts';
import { SupervisorCore } from './supervisor-core.ts';
import { checkLimits, checkOption, LIMIT_KEYS, type RestartLimits } from './supervisor-options.ts';
import { SupervisorProcess } from './supervisor-process.ts';

export interface SupervisorOptions extends RestartLimits {
  /**
   * What is restarted with a child that died: itself, all children, or those started after it.
   * Default: `'one_for_one'`.
   */
  readonly strategy?: Strategy;
}

const OPTION_KEYS = [...LIMIT_KEYS, 'strategy'] as const satisfies (keyof SupervisorOptions)[];

export class Supervisor implements RunningChild {
  readonly #process: SupervisorProcess<SupervisorCore>;
  readonly #autoShutdown: AutoShutdown;
  readonly #first: readonly ChildEntry[];
  #wasStarted = false;

  /**
   * @param children - in order of start
   * @throws `ERR_INVALID_OPTION` for options or specs that make no sense, or an id that is there twice
   */
  constructor(children: readonly ChildSpec[], options: SupervisorOptions = {}) {
    const { strategy = 'one_for_one' } = options;
    requireArray('children of a supervisor', children);
    requireKnownKeys('options of a supervisor', options, OPTION_KEYS);
    checkOption('strategy', () => requireOneOf('strategy', strategy, STRATEGIES));
    const { autoShutdown, window } = checkLimits(options);
    this.#autoShutdown = autoShutdown;
    this.#first = children.map((spec) => this.#entryFor(spec));
    refuseDuplicates(this.#first);
    this.#process = new SupervisorProcess(
      new SupervisorCore(strategy, autoShutdown, window),
      options,
    );
  }

  /** Makes and starts one. Throws what the constructor and {@link start} throw. */
  static async start(
    children: readonly ChildSpec[],
    options: SupervisorOptions = {},
  ): Promise<Supervisor> {
    const supervisor = new Supervisor(children, options);
    await supervisor.start();
    return supervisor;
  }

  get name(): string {
    return this.#process.name;
  }

  get exited(): Promise<ExitReason> {
    return this.#process.exited;
  }

  /**
   * Starts the children, each after the one before is ready. To be called once.
   *
   * @throws `ERR_CHILD_START` when one fails; those before it have been stopped then. The second time
   *   `ERR_INVALID_OPTION`: two of each child would run.
   */
  async start(): Promise<void> {
    if (this.#wasStarted) throw startedTwice(this.name);
    this.#wasStarted = true;
    const failure = await this.#process.call(() => this.#process.core.begin(this.#first));
    if (failure === undefined) return;
    const error = childNotStarted(failure.entry.spec.id, failure.error);
    this.#process.finish({ shutdown: error });
    throw error;
  }

  /** Stops the children in reverse order, then itself; resolves when that is done. Idempotent. */
  async stop(reason: ExitReason = 'shutdown'): Promise<void> {
    this.shutdown(reason);
    await this.exited;
  }

  shutdown(reason: ExitReason): void {
    this.#process.shutdown(reason);
  }

  kill(): void {
    this.#process.kill();
  }

  killTree(): void {
    this.#process.killTree();
  }

  /**
   * Adds a child behind the others and starts it. `undefined` when it chose not to run.
   *
   * @throws (rejects) `ERR_INVALID_OPTION`, `ERR_CHILD_EXISTS`, `ERR_CHILD_START` (it is not kept
   *   then), `ERR_SUPERVISOR_EXIT`
   */
  async startChild(spec: ChildSpec): Promise<RunningChild | undefined> {
    const entry = this.#entryFor(spec);
    return started(entry.spec.id, await this.#call((core) => core.startChild(entry)));
  }

  /**
   * Stops a child. Its spec stays, for {@link restartChild}, unless it is temporary.
   *
   * @throws (rejects) `ERR_CHILD_NOT_FOUND`, `ERR_SUPERVISOR_EXIT`
   */
  terminateChild(id: string): Promise<void> {
    return this.#call((core) => core.terminateChild(id));
  }

  /**
   * Starts a child that does not run. It does not count as a restart.
   *
   * @throws (rejects) `ERR_CHILD_NOT_FOUND`, `ERR_CHILD_RUNNING`, `ERR_CHILD_START` (its spec stays),
   *   `ERR_SUPERVISOR_EXIT`
   */
  async restartChild(id: string): Promise<RunningChild | undefined> {
    return started(id, await this.#call((core) => core.restartChild(id)));
  }

  /**
   * Forgets a child that does not run.
   *
   * @throws (rejects) `ERR_CHILD_NOT_FOUND`, `ERR_CHILD_RUNNING`, `ERR_SUPERVISOR_EXIT`
   */
  deleteChild(id: string): Promise<void> {
    return this.#ask((core) => core.deleteChild(id));
  }

  /** The children, the last started first, as OTP lists them. */
  whichChildren(): Promise<readonly ListedChild[]> {
    return this.#ask((core) => core.entries.map(listChild).toReversed());
  }

  countChildren(): Promise<ChildCounts> {
    return this.#ask((core) => countChildren(core.entries));
  }

  /** The tree as it is now. Unlike {@link whichChildren} it waits for nothing. */
  tree(): ChildNode {
    const { core, hasEnded, startedAtMs, name } = this.#process;
    const entries = core.entries.length === 0 ? this.#first : core.entries;
    return {
      id: name,
      type: 'supervisor',
      status: hasEnded ? 'stopped' : 'running',
      restarts: 0,
      startedAt: new Date(startedAtMs).toISOString(),
      children: entries.map((entry) => entry.toNode()),
    };
  }

  #entryFor(spec: ChildSpec): ChildEntry {
    return new ChildEntry(checkSpec(spec, this.#autoShutdown), spec.start);
  }

  #call<T>(decide: (core: SupervisorCore) => Steps<T>): Promise<T> {
    return this.#process.call(() => decide(this.#process.core));
  }

  #ask<T>(answer: (core: SupervisorCore) => T): Promise<T> {
    return this.#process.ask(answer);
  }
}

function refuseDuplicates(entries: readonly ChildEntry[]): void {
  const ids = new Set<string>();
  for (const { spec } of entries) {
    if (ids.has(spec.id)) {
      throw new ToolrigError('ERR_INVALID_OPTION', `child '${spec.id}' is there twice`, {
        data: { child: spec.id, option: 'id', isDuplicate: true },
      });
    }
    ids.add(spec.id);
  }
}

function started(id: string, outcome: StartOutcome): RunningChild | undefined {
  if (outcome.kind === 'failed') throw childNotStarted(id, outcome.error);
  return outcome.kind === 'running' ? outcome.child : undefined;
}
