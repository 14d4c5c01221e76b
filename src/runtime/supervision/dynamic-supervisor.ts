/**
 * A supervisor of many alike children, started on demand from one template and known by reference:
 * OTP's `simple_one_for_one`, Elixir's `DynamicSupervisor`.
 *
 * Children do not depend on each other: each is restarted alone, and all are stopped at once.
 */

import { requireInteger, requireKnownKeys } from '../../core/options.ts';
import { ChildEntry } from './child-entry.ts';
import { childNotStarted } from './child-errors.ts';
import { type ChildCounts, type ListedChild, listChild } from './child-list.ts';
import type { ChildNode } from './child-node.ts';
import { type CheckedSpec, type ChildOptions, checkSpec } from './child-spec.ts';
import { DynamicCore } from './dynamic-core.ts';
import type { ExitReason } from './exit-reason.ts';
import type { RunningChild, StartResult } from './running-child.ts';
import { checkLimits, checkOption, LIMIT_KEYS, type RestartLimits } from './supervisor-options.ts';
import { SupervisorProcess } from './supervisor-process.ts';

export interface ChildTemplate<TArgs extends readonly unknown[]> extends ChildOptions {
  /** Children are called `id#1`, `id#2` in the tree. */
  readonly id: string;
  /** As the start of a child spec, with what `startChild` was given; the same at each restart. */
  readonly start: (signal: AbortSignal, ...args: TArgs) => StartResult | Promise<StartResult>;
}

export interface DynamicSupervisorOptions extends RestartLimits {
  /** Children at the same time. Default: no limit. */
  readonly maxChildren?: number;
}

const OPTION_KEYS = [
  ...LIMIT_KEYS,
  'maxChildren',
] as const satisfies (keyof DynamicSupervisorOptions)[];

/** The order in which children are listed; within one status it is that of their start. */
const RANKS = { stopped: 0, running: 1, restarting: 2 } as const;

export class DynamicSupervisor<TArgs extends readonly unknown[] = []> implements RunningChild {
  readonly #process: SupervisorProcess<DynamicCore>;
  readonly #spec: CheckedSpec;
  readonly #template: ChildTemplate<TArgs>;
  #startCount = 0;

  /** It runs at once, without children. Throws `ERR_INVALID_OPTION`. */
  constructor(template: ChildTemplate<TArgs>, options: DynamicSupervisorOptions = {}) {
    const { maxChildren = Number.POSITIVE_INFINITY } = options;
    requireKnownKeys('options of a dynamic supervisor', options, OPTION_KEYS);
    const { autoShutdown, window } = checkLimits(options);
    if (maxChildren !== Number.POSITIVE_INFINITY) {
      checkOption('maxChildren', () => requireInteger('maxChildren', maxChildren, 0));
    }
    this.#spec = checkSpec(template, autoShutdown);
    this.#template = template;
    this.#process = new SupervisorProcess(
      new DynamicCore(autoShutdown, window, maxChildren),
      options,
    );
  }

  get name(): string {
    return this.#process.name;
  }

  get exited(): Promise<ExitReason> {
    return this.#process.exited;
  }

  /** Stops the children, all at once, then itself; resolves when that is done. Idempotent. */
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
   * Starts a child. `undefined` when it chose not to run; neither that one nor one that fails is kept.
   *
   * @throws (rejects) `ERR_MAX_CHILDREN`, `ERR_CHILD_START`, `ERR_SUPERVISOR_EXIT`
   */
  async startChild(...args: TArgs): Promise<RunningChild | undefined> {
    const id = `${this.#spec.id}#${++this.#startCount}`;
    const { start } = this.#template;
    const entry = new ChildEntry({ ...this.#spec, id }, (signal) => start(signal, ...args));
    const outcome = await this.#process.call(() => this.#process.core.startChild(entry));
    if (outcome.kind === 'failed') throw childNotStarted(id, outcome.error);
    return outcome.kind === 'running' ? outcome.child : undefined;
  }

  /**
   * Stops a child and forgets it. One that has ended already is no error; one that is being
   * restarted is known by its last reference.
   *
   * @throws (rejects) `ERR_CHILD_NOT_FOUND` for what never was its child, `ERR_SUPERVISOR_EXIT`
   */
  terminateChild(child: RunningChild): Promise<void> {
    return this.#process.call(() => this.#process.core.terminateChild(child));
  }

  /** The children that run in order of start, then those that are being restarted. */
  whichChildren(): Promise<readonly ListedChild[]> {
    return this.#process.ask(({ entries }) =>
      Array.from(entries, listChild).toSorted((a, b) => RANKS[a.status] - RANKS[b.status]),
    );
  }

  countChildren(): Promise<ChildCounts> {
    return this.#process.ask(({ entries }) => {
      const all = [...entries];
      const isSupervisor = this.#spec.type === 'supervisor';
      return {
        specs: 1,
        active: all.filter(({ isRestarting }) => !isRestarting).length,
        supervisors: isSupervisor ? all.length : 0,
        workers: isSupervisor ? 0 : all.length,
      };
    });
  }

  /** The tree as it is now. Unlike {@link whichChildren} it waits for nothing. */
  tree(): ChildNode {
    const { core, hasEnded, startedAtMs, name } = this.#process;
    return {
      id: name,
      type: 'supervisor',
      status: hasEnded ? 'stopped' : 'running',
      restarts: 0,
      startedAt: new Date(startedAtMs).toISOString(),
      children: Array.from(core.entries, (entry) => entry.toNode()),
    };
  }
}
