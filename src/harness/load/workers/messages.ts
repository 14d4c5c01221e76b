/** What the measuring thread and a worker that generates calls tell each other. */

import type { ErrorCode } from '../../../core/errors.ts';
import type { PlanSource } from '../call-plan.ts';
import type { OpenBlockPlan, OpenRun } from '../load-generator.ts';
import type { OpenProgress, OpenTotals } from '../open-recorder.ts';
import type { BlockTotals } from '../recorder.ts';
import type { BlockOrder, SharedServers } from '../target.ts';
import type { WorkerShare } from '../worker-share.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly variant: string;
  readonly plan: PlanSource;
  readonly servers: Omit<SharedServers, 'ended'>;
  readonly share: WorkerShare;
}

/** A block, which the worker does its share of. */
export type WorkerOrder =
  | { readonly kind: 'closed'; readonly order: Omit<BlockOrder, 'signal' | 'thinkMs'> }
  | {
      readonly kind: 'open';
      readonly order: OpenBlockPlan;
      /** On the clock that all threads share: `process.hrtime.bigint()`. */
      readonly startAtNs: bigint;
    };

export type ToWorker =
  | WorkerOrder
  /** Ends the block under way early. */
  | { readonly kind: 'stop' }
  /** The servers have ended. */
  | { readonly kind: 'ended'; readonly reason: string }
  | { readonly kind: 'close' };

/** What a worker answers to its start and to each order. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'closed'; readonly durationMs: number; readonly totals: BlockTotals }
  | { readonly kind: 'open'; readonly run: OpenRun; readonly totals: OpenTotals };

export type FromWorker =
  | WorkerAnswer
  | { readonly kind: 'progress'; readonly progress: OpenProgress }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode | undefined;
      readonly message: string;
    };
