/**
 * The closed loop of a chaos run: callers that each wait for their reply before they call again,
 * every call numbered and accounted for, whatever becomes of it.
 *
 * Three things set it apart from `closed-executor.ts`. A caller keeps to one operation, so that a
 * service that is down holds up its own callers and nobody else's. A caller whose call never
 * settles is not held up for ever: the call is given up, and is lost. And a caller that was refused
 * waits a millisecond, or the callers of a service that is down would take the very processor that
 * it needs to come back.
 */

import type { Clock, ClockTimer } from '../../core/clock.ts';
import type { LatencyTally } from '../stats/latency-tally.ts';
import type { CallLedger } from './call-ledger.ts';
import type { ChaosTotals, LoadWindow } from './chaos-totals.ts';
import { problemWith } from './check-reply.ts';
import type { ReadyCall } from './closed-executor.ts';
import { numberedParams, numberIn } from './numbered-call.ts';
import type { RecoveryLog } from './recovery-log.ts';

/** Longest stretch without a turn of the event loop, in ms. */
const TURN_EVERY_MS = 10;
/** After a refusal, in ms. */
const REFUSED_GAP_MS = 1;
/** Between the calls of a caller at rest, in ms. */
const REST_GAP_MS = 1;
/** How often it is looked for calls to give up, in ms. */
const SWEEP_EVERY_MS = 100;
const NS_PER_MS = 1e6;

export interface ChaosLoadOptions {
  readonly concurrency: number;
  /** Time after which a call is given up, in ms: its own deadline and then some. */
  readonly giveUpMs: number;
  /** The services that faults strike; the latencies of all others are kept apart. */
  readonly victims: readonly string[];
  readonly clock: Clock;
}

/** Where the load writes down what happens. */
export interface ChaosBooks {
  readonly ledger: CallLedger;
  readonly totals: ChaosTotals;
  readonly recovery: RecoveryLog;
}

/** Latencies of services that faults spare. */
export interface SparedLatency {
  readonly tally: LatencyTally;
  /**
   * Whether only those calls count in whose time a victim was down. Among all others they would be too few
   * to be seen: whoever is held up makes few calls.
   */
  readonly onlyWhileDown: boolean;
}

/** Callers by what they do: `load` at full speed, `rest` one an operation and slowly. */
type Pace = 'load' | 'rest' | 'stopped';

export class ChaosLoad {
  readonly books: ChaosBooks;
  /** The window that outcomes belong to now. */
  window: LoadWindow | undefined;
  /** Where latencies of services that faults spare are kept; `undefined` while nobody wants them. */
  spared: SparedLatency | undefined;
  readonly #clock: Clock;
  readonly #giveUpMs: number;
  readonly #victims: ReadonlySet<string>;
  readonly #callers: Caller[];
  readonly #probes: Caller[];
  /** Single calls under way: those that bring faults about. */
  readonly #singles = new Set<Caller>();
  #pace: Pace = 'stopped';
  #turnAtMs = 0;
  /** Callers that wait for a turn of the event loop. */
  #waiting: Caller[] = [];
  /** Callers that were refused, and wait together. */
  #refused: Caller[] = [];
  readonly #refusedGap: ClockTimer;
  readonly #sweeper: ClockTimer;
  #onDrained: (() => void) | undefined;

  /** @param calls - the plan; callers share out its operations, each as often as it weighs */
  constructor(calls: readonly ReadyCall[], books: ChaosBooks, options: ChaosLoadOptions) {
    this.books = books;
    const { clock } = options;
    this.#clock = clock;
    this.#refusedGap = clock.createTimer(REFUSED_GAP_MS, () => this.#tryAgain());
    this.#sweeper = clock.createTimer(SWEEP_EVERY_MS, () => this.#sweep());
    this.#giveUpMs = options.giveUpMs;
    this.#victims = new Set(options.victims);
    const operations = [...new Set(calls.map(({ operation }) => operation))];
    const plans = new Map(
      operations.map((one) => [one, calls.filter(({ operation }) => operation === one)]),
    );
    const planOf = (one: ReadyCall['operation']) => plans.get(one) as readonly ReadyCall[]; // of these
    const deck = operations.flatMap((one) => Array.from({ length: one.weight ?? 1 }, () => one));
    // Nobody calling an operation would be a scenario with another mix.
    const count = Math.max(options.concurrency, deck.length);
    this.#callers = Array.from(
      { length: count },
      (_, index) => new Caller(this, planOf(deck[index % deck.length] as never), index),
    );
    this.#probes = operations.map((one) => new Caller(this, planOf(one), 0));
  }

  /** All callers begin. */
  start(): void {
    this.#pace = 'load';
    this.#turnAtMs = this.nowMs() + TURN_EVERY_MS;
    this.#sweeper.start();
    for (const caller of this.#callers) caller.send(this.nowMs());
  }

  /** The callers stop; one for each operation goes on, in no hurry. */
  rest(): void {
    this.#pace = 'rest';
    for (const probe of this.#probes) probe.send(this.nowMs());
  }

  /** No more calls. Resolves when all have settled or been given up. */
  async stop(): Promise<void> {
    this.#pace = 'stopped';
    if (this.books.ledger.open > 0) {
      await new Promise<void>((resolve) => {
        this.#onDrained = resolve;
      });
    }
    this.#sweeper.stop();
    this.#refusedGap.stop();
    this.#refused = [];
  }

  /** One call beside those of the callers. */
  sendOnce(call: ReadyCall): void {
    const single = new Caller(this, [call], 0);
    this.#singles.add(single);
    single.send(this.nowMs());
  }

  isVictim(service: string): boolean {
    return this.#victims.has(service);
  }

  /** For callers only, as is {@link next}. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** A caller is free. */
  next(caller: Caller, nowMs: number, wasRefused: boolean): void {
    if (this.books.ledger.open === 0) this.#onDrained?.();
    if (this.#pace === 'stopped' || this.#singles.delete(caller)) return;
    if (this.#pace === 'rest') {
      if (this.#probes.includes(caller)) void this.#probeAfterGap(caller);
      return;
    }
    if (wasRefused) {
      this.#refused.push(caller);
      if (this.#refused.length === 1) this.#refusedGap.start();
      return;
    }
    if (nowMs < this.#turnAtMs) {
      caller.send(nowMs);
      return;
    }
    this.#waiting.push(caller);
    if (this.#waiting.length === 1) setImmediate(() => this.#turn());
  }

  async #probeAfterGap(caller: Caller): Promise<void> {
    await this.#clock.sleep(REST_GAP_MS);
    if (this.#pace === 'rest') caller.send(this.nowMs());
  }

  #tryAgain(): void {
    const callers = this.#refused;
    this.#refused = [];
    if (this.#pace !== 'load') return;
    for (const caller of callers) caller.send(this.nowMs());
  }

  #turn(): void {
    const nowMs = this.nowMs();
    this.#turnAtMs = nowMs + TURN_EVERY_MS;
    const callers = this.#waiting;
    this.#waiting = [];
    if (this.#pace !== 'load') return;
    for (const caller of callers) caller.send(this.nowMs());
  }

  #sweep(): void {
    const beforeMs = this.nowMs() - this.#giveUpMs;
    for (const group of [this.#callers, this.#probes, [...this.#singles]]) {
      for (const caller of group) caller.giveUpIfSince(beforeMs);
    }
    this.#sweeper.start();
  }
}

/** One caller and the call that it has under way. */
class Caller {
  readonly #load: ChaosLoad;
  readonly #calls: readonly ReadyCall[];
  #nextCall: number;
  /** -1 while none is under way. */
  #number = -1;
  #startMs = 0;

  /** @param offset - where in its calls it begins, so that not all ask the same at once */
  constructor(load: ChaosLoad, calls: readonly ReadyCall[], offset: number) {
    this.#load = load;
    this.#calls = calls;
    this.#nextCall = offset % calls.length;
  }

  send(nowMs: number): void {
    const call = this.#calls[this.#nextCall] as ReadyCall; // in range: wraps below
    this.#nextCall = this.#nextCall + 1 === this.#calls.length ? 0 : this.#nextCall + 1;
    const number = this.#load.books.ledger.offer();
    this.#number = number;
    this.#startMs = nowMs;
    try {
      call.invoke(numberedParams(call, number)).then(
        (reply) => this.#answered(call, number, nowMs, reply),
        (thrown: unknown) => this.#rejected(call, number, thrown),
      );
    } catch (thrown) {
      this.#rejected(call, number, thrown); // it failed before it could promise anything
    }
  }

  giveUpIfSince(beforeMs: number): void {
    if (this.#number < 0 || this.#startMs > beforeMs) return;
    this.#load.books.ledger.giveUp(this.#number);
    this.#number = -1;
    this.#load.next(this, this.#load.nowMs(), true);
  }

  #answered(call: ReadyCall, number: number, startMs: number, reply: unknown): void {
    const endMs = this.#load.nowMs();
    const { ledger, totals, recovery } = this.#load.books;
    if (!ledger.settle(number)) return;
    this.#number = -1;
    const { operation } = call;
    const latencyNs = (endMs - startMs) * NS_PER_MS;
    const carried = numberIn(reply);
    if (carried !== number) ledger.stray(carried);
    const problem =
      carried === number
        ? problemWith(call, reply)
        : `it carries the number ${String(carried)} and not that of its call, ${number}`;
    const { window, spared } = this.#load;
    if (problem === undefined) {
      totals.succeeded++;
      if (window !== undefined) window.succeeded++;
      window?.latency.record(latencyNs);
      if (spared !== undefined && !this.#load.isVictim(operation.service)) {
        if (!spared.onlyWhileDown || recovery.wasDownSince(startMs)) spared.tally.record(latencyNs);
      }
      recovery.answered(operation.service, startMs, endMs);
    } else {
      totals.wrongReply(operation.name, problem);
      if (window !== undefined) window.checksFailed++;
    }
    this.#load.next(this, endMs, false);
  }

  #rejected({ operation }: ReadyCall, number: number, thrown: unknown): void {
    const { ledger, totals } = this.#load.books;
    if (!ledger.settle(number)) return;
    this.#number = -1;
    totals.rejection(operation.name, thrown);
    const { window } = this.#load;
    if (window !== undefined) window.rejected++;
    this.#load.next(this, this.#load.nowMs(), true);
  }
}
