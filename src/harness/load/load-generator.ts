/**
 * Who sends the calls of a variant: the thread that measures, or workers that share them out. A
 * measurement knows only this, and counts on the recorder that it hands over.
 */

import type { HoldUps } from './loop-watch.ts';
import type { OpenPace } from './open-pace.ts';
import type { OpenProgress, OpenRecorder } from './open-recorder.ts';
import type { BlockRecorder } from './recorder.ts';
import type { OpenLoad } from './resolve-load.ts';
import type { ResourceUse } from './resource-meter.ts';
import type { BlockOrder } from './target.ts';

/** A block of the open loop, as a plain value. */
export interface OpenBlockPlan {
  readonly load: Omit<OpenLoad, 'workers'>;
  readonly batch: number;
  /** Calls after which it ends; `Infinity`: when its stages are over. */
  readonly calls: number;
  /** Place in the plan of the block's first call. */
  readonly firstCall: number;
  /** Poisson arrivals are drawn from it. */
  readonly seed: number;
}

export interface OpenRunOrder extends OpenBlockPlan {
  readonly signal: AbortSignal;
  /** Told about every 100 ms. */
  readonly onProgress?: (progress: OpenProgress) => void;
}

/** A block that was run, apart from what was counted. */
export interface OpenRun {
  /** When its schedule started, in ms since 1970. */
  readonly startedAtMs: number;
  readonly pace: OpenPace;
  readonly use: ResourceUse;
  readonly holdUps: HoldUps;
}

export interface LoadGenerator {
  /** Threads that send. */
  readonly workers: number;
  /** Runs a block of the closed loop, counted on `recorder`; resolves with its length in ms. */
  runClosed(order: BlockOrder, recorder: BlockRecorder): Promise<number>;
  /** Runs a block of the open loop, counted on `recorder`; both must be empty. */
  runOpen(order: OpenRunOrder, recorder: OpenRecorder): Promise<OpenRun>;
  /** Ends its threads, where it has any. Idempotent. */
  close(): Promise<void>;
}
