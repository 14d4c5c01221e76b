/**
 * The closed loop: `concurrency` callers, each sending its next calls when its last have come back.
 *
 * One clock read per call: the end of a call is the start of the next one of the same caller, so
 * what the check and the recording cost (`harnessNsPerCall` in the record) is within the latency,
 * not beside it. In-process calls settle without a turn of the event loop, so every few
 * milliseconds all callers stop together for one turn; timers, Ctrl-C and the collector's
 * observers then get theirs. The turn is outside every latency and inside the time of the block.
 */

import { unlessSilent, type WatchedBlock } from './answer-watch.ts';
import type { CallPlan, PlannedCall } from './call-plan.ts';
import { problemWith } from './check-reply.ts';
import type { BlockRecorder } from './recorder.ts';
import type { BlockOrder, Invoker } from './target.ts';

/** Longest stretch without a turn of the event loop, in ms. */
const TURN_EVERY_MS = 10;
/** How soon a caller that thinks notices that the run is over, in ms. */
const LOOK_UP_EVERY_MS = 100;
const NS_PER_MS = 1e6;

/** A planned call and the way to send it. */
export interface ReadyCall extends PlannedCall {
  readonly invoke: Invoker;
}

/** Joins a plan with a target's invokers; each operation is prepared once. */
export function readyCalls(
  plan: CallPlan,
  prepare: (operation: PlannedCall['operation']) => Invoker,
): readonly ReadyCall[] {
  const invokers = new Map<PlannedCall['operation'], Invoker>();
  return plan.map((call) => {
    const invoke = invokers.get(call.operation) ?? prepare(call.operation);
    invokers.set(call.operation, invoke);
    // Written out, not spread: V8 gives each spread object a shape of its own, and every read of
    // one in the loop would miss its cache.
    const { operation, input, params } = call;
    return { operation, input, params, invoke };
  });
}

/**
 * Runs one block and returns how long it took, in ms.
 *
 * @throws (rejects) `ERR_TIMEOUT` when calls are not answered any more; what it counted is then no whole block
 */
export async function runClosedBlock(
  calls: readonly ReadyCall[],
  order: BlockOrder,
  recorder: BlockRecorder,
): Promise<number> {
  const block = new ClosedBlock(calls, order, recorder);
  const startedAtMs = performance.now();
  const callers = Array.from({ length: order.concurrency }, () => block.run());
  try {
    await unlessSilent(Promise.all(callers), block, order.giveUpMs);
  } finally {
    block.stop(); // a call that is answered after all is its caller's last
  }
  return performance.now() - startedAtMs;
}

class ClosedBlock implements WatchedBlock {
  readonly #calls: readonly ReadyCall[];
  readonly #order: BlockOrder;
  readonly #recorder: BlockRecorder;
  readonly #callLimit: number;
  readonly #callsBefore: number;
  /** Moves to now when the run is to end early; looked at in each turn. */
  #endAtMs: number;
  #next: number;
  #sent = 0;
  #turnAtMs: number;
  #turn: Promise<void> | undefined;

  constructor(calls: readonly ReadyCall[], order: BlockOrder, recorder: BlockRecorder) {
    this.#calls = calls;
    this.#order = order;
    this.#recorder = recorder;
    this.#next = order.firstCall;
    this.#callLimit = order.calls;
    this.#callsBefore = recorder.calls;
    const startedAtMs = performance.now();
    this.#endAtMs = order.signal.aborted ? startedAtMs : startedAtMs + order.durationMs;
    this.#turnAtMs = startedAtMs + TURN_EVERY_MS;
  }

  get callsOut(): number {
    return this.#sent - this.#answered;
  }

  get steps(): number {
    return this.#sent + this.#answered;
  }

  get #answered(): number {
    return this.#recorder.calls - this.#callsBefore;
  }

  /** Has each caller send no more calls. */
  stop(): void {
    this.#endAtMs = Number.NEGATIVE_INFINITY;
  }

  run(): Promise<void> {
    return this.#order.batch === 1 ? this.#runSingly() : this.#runInBatches();
  }

  async #runSingly(): Promise<void> {
    const recorder = this.#recorder;
    let startMs = performance.now();
    while (this.#isOpen(startMs)) {
      this.#sent++;
      const call = this.#take();
      let endMs: number;
      try {
        const reply = await call.invoke(call.params);
        endMs = performance.now();
        const problem = problemWith(call, reply);
        if (problem === undefined) recorder.success((endMs - startMs) * NS_PER_MS);
        else recorder.wrongReply(call.operation.name, problem);
      } catch (thrown) {
        endMs = performance.now();
        recorder.failure((endMs - startMs) * NS_PER_MS, call.operation.name, thrown);
      }
      startMs = this.#isPausing(endMs) ? await this.#pause() : endMs;
    }
  }

  async #runInBatches(): Promise<void> {
    const { batch } = this.#order;
    const slots = Array.from({ length: batch }, () => new BatchSlot(this.#recorder));
    let startMs = performance.now();
    while (this.#isOpen(startMs)) {
      const size = Math.min(batch, this.#order.calls - this.#sent);
      this.#sent += size;
      const { endMs, isTimed } = await new Promise<BatchEnd>((resolve) => {
        const open = { count: size, isTimed: true, resolve };
        for (let index = 0; index < size; index++) {
          const slot = slots[index] as BatchSlot; // size <= batch
          slot.send(this.#take(), startMs, open);
        }
      });
      if (isTimed) this.#recorder.batch((endMs - startMs) * NS_PER_MS);
      startMs = this.#isPausing(endMs) ? await this.#pause() : endMs;
    }
  }

  #isOpen(nowMs: number): boolean {
    return nowMs < this.#endAtMs && this.#sent < this.#callLimit;
  }

  #take(): ReadyCall {
    const call = this.#calls[this.#next] as ReadyCall; // in range: wraps below
    this.#next = this.#next + 1 === this.#calls.length ? 0 : this.#next + 1;
    return call;
  }

  #isPausing(nowMs: number): boolean {
    return nowMs >= this.#turnAtMs || this.#order.thinkMs !== undefined;
  }

  /** A caller's own pause to think, which lets the loop turn; or else that turn. Returns the time after it. */
  #pause(): Promise<number> {
    const { thinkMs } = this.#order;
    return thinkMs === undefined ? this.#takeTurn() : this.#think(thinkMs());
  }

  async #think(ms: number): Promise<number> {
    let nowMs = performance.now();
    // Nobody thinks beyond the end: the block would last longer and hold no more calls.
    const untilMs = Math.min(nowMs + ms, this.#endAtMs);
    while (nowMs < untilMs && !this.#order.signal.aborted) {
      const sleepMs = Math.min(untilMs - nowMs, LOOK_UP_EVERY_MS);
      await new Promise((resolve) => {
        setTimeout(resolve, sleepMs);
      });
      nowMs = performance.now();
    }
    if (this.#order.signal.aborted) this.#endAtMs = nowMs;
    return nowMs;
  }

  /** Lets the event loop turn once for all callers; returns the time after it. */
  async #takeTurn(): Promise<number> {
    this.#turn ??= this.#turnOnce();
    await this.#turn;
    return performance.now();
  }

  async #turnOnce(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    const nowMs = performance.now();
    if (this.#order.signal.aborted) this.#endAtMs = nowMs;
    this.#turnAtMs = nowMs + TURN_EVERY_MS;
    this.#turn = undefined;
  }
}

interface BatchEnd {
  readonly endMs: number;
  /** Whether the times of all its calls are among the latencies: a batch is no faster for one that failed. */
  readonly isTimed: boolean;
}

interface OpenBatch {
  count: number;
  isTimed: boolean;
  readonly resolve: (end: BatchEnd) => void;
}

/** One call of a batch under way; kept and used again, since its two callbacks are closures. */
class BatchSlot {
  readonly #recorder: BlockRecorder;
  readonly #onReply: (reply: unknown) => void;
  readonly #onFailure: (thrown: unknown) => void;
  #call: ReadyCall | undefined;
  #startMs = 0;
  #open: OpenBatch | undefined;

  constructor(recorder: BlockRecorder) {
    this.#recorder = recorder;
    this.#onReply = (reply) => {
      const endMs = performance.now();
      const call = this.#call as ReadyCall; // set by send()
      const problem = problemWith(call, reply);
      if (problem === undefined) this.#recorder.success((endMs - this.#startMs) * NS_PER_MS);
      else this.#recorder.wrongReply(call.operation.name, problem);
      this.#done(endMs, problem === undefined);
    };
    this.#onFailure = (thrown) => {
      const endMs = performance.now();
      const name = this.#call?.operation.name ?? '';
      const latencyNs = (endMs - this.#startMs) * NS_PER_MS;
      this.#done(endMs, this.#recorder.failure(latencyNs, name, thrown));
    };
  }

  send(call: ReadyCall, startMs: number, open: OpenBatch): void {
    this.#call = call;
    this.#startMs = startMs;
    this.#open = open;
    try {
      call.invoke(call.params).then(this.#onReply, this.#onFailure);
    } catch (thrown) {
      this.#onFailure(thrown); // it failed before it could promise anything
    }
  }

  #done(endMs: number, isTimed: boolean): void {
    const open = this.#open as OpenBatch; // set by send()
    open.count--;
    open.isTimed &&= isTimed;
    if (open.count === 0) open.resolve({ endMs, isTimed: open.isTimed });
  }
}
