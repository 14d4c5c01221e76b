/**
 * The port between load and what is loaded: a variant is a way to reach services, a target is one
 * such way, open. `src/harness/variants/` has them all; load knows only this.
 */

import type { CallPlan } from './call-plan.ts';
import type { FaultKind } from './chaos.ts';
import type { BlockRecorder } from './recorder.ts';
import type { Operation, ServiceSource } from './scenario.ts';

/** Options of one call, the same for every variant. */
export interface TargetCallOptions {
  /** Default: 5,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly progressToken?: string | number;
  readonly onProgress?: (progress: { readonly progress: number; readonly total?: number }) => void;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Sends one call of an operation that was prepared; `params` are those of the whole request. */
export type Invoker = (params: unknown) => Promise<unknown>;

/** What the other processes of a target have used. */
export interface TargetUsage {
  /** User and system time since their start, in ns. */
  readonly cpuNs: number;
  readonly rssBytes: number;
}

/** One block's worth of orders to whoever drives the load. */
export interface BlockOrder {
  readonly concurrency: number;
  readonly batch: number;
  /** Place in the plan of the block's first call: where the one before it ended. */
  readonly firstCall: number;
  /** The block ends at whichever comes first. */
  readonly durationMs: number;
  readonly calls: number;
  readonly signal: AbortSignal;
  /** As the target's. */
  readonly giveUpMs?: number;
  /** Draws the pause of a caller between a reply and its next call, in ms. Default: no pause. */
  readonly thinkMs?: () => number;
}

/** Servers that other threads can call, too. */
export interface SharedServers {
  /** URL of the module that connects to them, and the name of its export, a {@link JoinServers}. */
  readonly module: string;
  readonly export: string;
  /** What that is given: survives a structured clone. */
  readonly options: unknown;
  /** Resolves with the reason when they have ended. */
  readonly ended: Promise<string>;
}

/** Connects to servers that another thread has started. Throws `ERR_TARGET` when that fails. */
export type JoinServers = (options: unknown, ended: Promise<string>) => Promise<Target>;

export interface Target {
  /** The call contract: resolves with the reply or rejects with a `ToolrigError`. */
  call(
    service: string,
    method: string,
    params?: unknown,
    options?: TargetCallOptions,
  ): Promise<unknown>;
  /** Does what can be done before the clock starts. */
  prepare(operation: Operation): Invoker;
  /** Usage of processes besides this one. */
  usage(): Promise<TargetUsage>;
  /** `caller`: its servers are none of our processes, and {@link Target.usage} knows nothing of them. Default: it does. */
  readonly usageOf?: 'caller';
  /** Time after which calls are given up that nothing is heard of, in ms, where they have longer than usual. Default: 6,000. */
  readonly giveUpMs?: number;
  /** Closes connections and ends processes. Idempotent. */
  close(): Promise<void>;
  /** Where its servers can be called from other threads, how. */
  readonly shared?: SharedServers;
  /** Opens a further session with one of the services, as another client would; it lasts until `close`. */
  openSession?(): Promise<void>;
  /** Drives a block itself, in place of the closed executor; resolves with its length in ms. */
  drive?(plan: CallPlan, order: BlockOrder, recorder: BlockRecorder): Promise<number>;
}

/** A target whose services are supervised, so that they come back when they have been ended. */
export interface SupervisedTarget extends Target {
  /** Ends a service at once, from outside; `false` when it is not running now. */
  kill(service: string): boolean;
  /**
   * Calls `listener` each time that a service has ended before the target was closed, until the
   * function that it returns is called.
   */
  onExit(listener: (service: string) => void): () => void;
}

/** A variant's way to open its services under a supervisor. */
export interface Supervision {
  /** Faults that stay within the service they strike. */
  readonly survives: readonly FaultKind[];
  /** As the variant's own `open`. */
  open(services: Readonly<Record<string, ServiceSource>>): Promise<SupervisedTarget>;
}

/**
 * From where the services of a variant can be called: `thread`, from the one that started them; `pipe`,
 * by the one client at the other end; `network`, from any thread, by any number.
 */
export type Reach = 'thread' | 'pipe' | 'network';

/** A way to reach services. */
export interface Variant {
  readonly name: string;
  /** Default: `thread`. The targets of a `network` are {@link Target.shared}. */
  readonly reach?: Reach;
  /** Starts the services and connects to them. Throws `ERR_TARGET` when that fails. */
  open(services: Readonly<Record<string, ServiceSource>>): Promise<Target>;
  /** Missing where nobody restarts services. */
  readonly supervision?: Supervision;
}

export const NO_USAGE: TargetUsage = { cpuNs: 0, rssBytes: 0 };
