/**
 * A program as one supervision tree: its children in the order in which they need each other, and a
 * start and a stop that come to an end.
 *
 *   start   registry ─▶ telemetry ─▶ services ─▶ health
 *   drain   stop accepting, then the same backwards: each finishes what it has
 *
 * It sets no exit code and ends no process: once everything has stopped, nothing is left that keeps
 * Node running, and that ends with 0.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { requireFunction, requireKnownKeys, requirePositive } from '../../core/options.ts';
import { onStopSignals } from '../../core/stop-signals.ts';
import type { ChildNode } from './child-node.ts';
import type { ChildSpec } from './child-spec.ts';
import type { ExitReason } from './exit-reason.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

export interface ApplicationOptions extends SupervisorOptions {
  /** Time for all children to start. Default: 30,000. */
  readonly startTimeoutMs?: number;
  /** Time for all children to stop; by then the whole tree is killed. Default: 10,000. */
  readonly stopTimeoutMs?: number;
  /**
   * Stops taking work from outside, before any child is stopped: closes a listener, reports not ready.
   * Its time is part of `stopTimeoutMs`. Default: nothing.
   */
  readonly stopAccepting?: () => void | Promise<void>;
}

const OWN_KEYS = ['startTimeoutMs', 'stopTimeoutMs', 'stopAccepting'];
const SUPERVISOR_KEYS = [
  'name',
  'clock',
  'logger',
  'strategy',
  'maxRestarts',
  'maxSeconds',
  'autoShutdown',
] as const satisfies (keyof SupervisorOptions)[];

export class Application {
  /** The root of the tree. */
  readonly supervisor: Supervisor;
  /** Resolves with the reason once everything has ended, on request or not; never rejects. */
  readonly whenEnded: Promise<ExitReason>;
  readonly #clock: Clock;
  readonly #startTimeoutMs: number;
  readonly #stopTimeoutMs: number;
  readonly #stopAccepting: () => void | Promise<void>;
  #draining: Promise<void> | undefined;

  /**
   * @param children - in order of start
   * @param options - `name` is `'application'` unless given
   * @throws `ERR_INVALID_OPTION`
   */
  constructor(children: readonly ChildSpec[], options: ApplicationOptions = {}) {
    const {
      startTimeoutMs = 30_000,
      stopTimeoutMs = 10_000,
      stopAccepting = () => {},
      ...supervision
    } = options;
    requireKnownKeys('options of an application', options, [...OWN_KEYS, ...SUPERVISOR_KEYS]);
    requireFunction('stopAccepting', stopAccepting);
    this.#startTimeoutMs = requirePositive('startTimeoutMs', startTimeoutMs);
    this.#stopTimeoutMs = requirePositive('stopTimeoutMs', stopTimeoutMs);
    this.#stopAccepting = stopAccepting;
    this.#clock = supervision.clock ?? SYSTEM_CLOCK;
    this.supervisor = new Supervisor(children, { name: 'application', ...supervision });
    this.whenEnded = this.supervisor.exited;
  }

  /**
   * Starts the children in order. To be called once.
   *
   * @throws (rejects) `ERR_CHILD_START` when one fails or they are not ready in time; none runs then
   */
  async start(): Promise<void> {
    let isLate = false;
    const limit = this.#clock.createTimer(this.#startTimeoutMs, () => {
      isLate = true;
      this.supervisor.kill();
    });
    limit.start();
    try {
      await this.supervisor.start();
    } catch (error) {
      if (!isLate) throw error;
      await this.whenEnded; // those that did start are being killed
      throw new ToolrigError(
        'ERR_CHILD_START',
        `the application did not start within ${this.#startTimeoutMs} ms: see in tree() which ` +
          'child is starting, or allow more with startTimeoutMs',
        { cause: error, data: { startTimeoutMs: this.#startTimeoutMs } },
      );
    } finally {
      limit.stop();
    }
  }

  /** The tree as it is now. */
  tree(): ChildNode {
    return this.supervisor.tree();
  }

  /**
   * Stops accepting, lets the children finish what they have, in reverse order of start, and resolves
   * when all have ended: within `stopTimeoutMs`, after which they are killed. Idempotent.
   *
   * @throws (rejects) what `stopAccepting` throws; the children have been stopped all the same
   */
  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /**
   * Drains on SIGTERM and SIGINT; the second of them kills, unless it comes at once: one Ctrl-C may arrive twice.
   *
   * @returns undoes it
   */
  handleSignals(): () => void {
    const kill = (): void => this.supervisor.killTree();
    const undo = onStopSignals(
      {
        onAsked: () => {
          if (this.#draining !== undefined) kill();
          // What stopAccepting throws is no reason to stay: whoever calls drain() hears of it.
          else this.drain().catch(() => {});
        },
        onInsisted: kill,
      },
      this.#clock,
    );
    void this.whenEnded.then(undo);
    return undo;
  }

  async #drain(): Promise<void> {
    const limit = this.#clock.createTimer(this.#stopTimeoutMs, () => this.supervisor.killTree());
    limit.start();
    try {
      await Promise.race([this.#stopAccepting(), this.whenEnded]);
    } finally {
      await this.supervisor.stop();
      limit.stop();
    }
  }
}
