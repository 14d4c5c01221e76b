/**
 * One shared wheel for the deadlines of every call in flight: adding or removing one costs a few
 * pointer writes, there is one timer for all, and no timer at all when nothing is waiting.
 *
 *            add()                      tick: stamp with the time          tick: expired
 *   caller ────────▶ [ arrivals ] ─────────────────────────────▶ [ slot n ] ────────────▶ onDeadline()
 *                         │ remove(): most calls end here, before they ever see a slot
 *
 * A deadline is not stamped when it is added but at the first tick after it. So adding reads no
 * clock, and a deadline can never fire early, however long the event loop was held up: it fires
 * between `timeoutMs` and `timeoutMs` + two ticks after the loop came round. The lists are
 * intrusive (the node is the call itself), so nothing is allocated.
 *
 * Source: Varghese & Lauck, "Hashed and Hierarchical Timing Wheels", scheme 6 (SOSP 1987).
 */

import { type Clock, type ClockTimer, SYSTEM_CLOCK } from './clock.ts';
import { requireInteger, requirePositive } from './options.ts';

/** What is put on the wheel. The fields belong to the wheel; start them at `null`, `null`, 0, 0. */
export interface DeadlineNode {
  wheelPrevious: DeadlineNode | null;
  wheelNext: DeadlineNode | null;
  /** Time allowed, in ms. */
  timeoutMs: number;
  /** Tick at which it is over; 0 until it is stamped. */
  expiryTick: number;
  /** Called once, when the time is over; the node is off the wheel by then. */
  onDeadline(): void;
}

export interface DeadlineWheelOptions {
  /**
   * Resolution in ms: a deadline is at most three ticks late, one until it is stamped; at leisure ten.
   * Default: 5.
   */
  readonly tickMs?: number;
  /** Number of slots; a longer deadline goes round more than once. Default: 1,024. */
  readonly slots?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /**
   * Whether a deadline keeps the process alive. Where something else does, the first of a second or
   * more after a rest is watched at leisure: it may be stamped eight ticks late. Default: `true`.
   */
  readonly keepsAlive?: boolean;
}

/** Ticks that the timer runs on with nothing to watch, so that steady traffic does not restart it. */
const LINGER_TICKS = 8;
/**
 * Deadlines of at least this, added while no other is watched, are stamped when the slow timer comes
 * round, if they may. Most calls have been answered by then. To start a timer for each that comes
 * alone, or to tell one to keep the process alive, made a call to a thread that slept an eighth longer.
 */
const PATIENT_FROM_MS = 1_000;

class ListHead implements DeadlineNode {
  wheelPrevious: DeadlineNode = this;
  wheelNext: DeadlineNode = this;
  timeoutMs = 0;
  expiryTick = 0;
  onDeadline(): void {}
}

export class DeadlineWheel {
  readonly #tickMs: number;
  readonly #clock: Clock;
  readonly #keepsAlive: boolean;
  readonly #timer: ClockTimer;
  /** Fires once instead of each tick of the lingering. */
  readonly #slowTimer: ClockTimer;
  readonly #slots: ListHead[];
  readonly #arrivals = new ListHead();
  #size = 0;
  #currentTick = 0;
  #idleTicks = 0;
  /**
   * `stopped`: no timer; `lingering`: it runs and lets the process end; `watching`: it keeps it alive,
   * if deadlines do. `patient`: as `lingering`, and something has been added since.
   */
  #state: 'stopped' | 'lingering' | 'patient' | 'watching' = 'stopped';

  constructor(options: DeadlineWheelOptions = {}) {
    const { tickMs = 5, slots = 1_024, clock = SYSTEM_CLOCK, keepsAlive = true } = options;
    this.#tickMs = requirePositive('tickMs', tickMs);
    this.#slots = Array.from({ length: requireInteger('slots', slots, 1) }, () => new ListHead());
    this.#clock = clock;
    this.#keepsAlive = keepsAlive;
    this.#timer = clock.createTimer(tickMs, () => this.#tick());
    this.#slowTimer = clock.createTimer(tickMs * LINGER_TICKS, () => this.#tick());
  }

  /** Deadlines that are being watched. */
  get size(): number {
    return this.#size;
  }

  /** Watches `node` for `timeoutMs` from now. It must not be on a wheel already. */
  add(node: DeadlineNode, timeoutMs: number): void {
    node.timeoutMs = timeoutMs;
    node.expiryTick = 0;
    append(this.#arrivals, node);
    this.#size++;
    if (this.#state !== 'watching') this.#watch(timeoutMs);
  }

  /** Stops watching `node`. Does nothing when it is not on the wheel. */
  remove(node: DeadlineNode): void {
    const previous = node.wheelPrevious;
    if (previous === null) return;
    const next = node.wheelNext as DeadlineNode; // linked both ways or not at all
    previous.wheelNext = next;
    next.wheelPrevious = previous;
    node.wheelPrevious = null;
    node.wheelNext = null;
    this.#size--;
  }

  #watch(timeoutMs: number): void {
    const wasStopped = this.#state === 'stopped';
    if (wasStopped) this.#currentTick = this.#tickAt(this.#clock.nowMs());
    if (!this.#keepsAlive && timeoutMs >= PATIENT_FROM_MS) {
      this.#state = 'patient';
      if (wasStopped) this.#startSlowTimer();
      return;
    }
    this.#slowTimer.stop();
    if (wasStopped || !this.#keepsAlive) this.#timer.start();
    this.#timer.keepAlive(this.#keepsAlive);
    this.#idleTicks = 0;
    this.#state = 'watching';
  }

  #startSlowTimer(): void {
    this.#slowTimer.start();
    this.#slowTimer.keepAlive(false);
  }

  #tickAt(nowMs: number): number {
    return Math.floor(nowMs / this.#tickMs);
  }

  #tick(): void {
    const now = this.#tickAt(this.#clock.nowMs());
    // A held-up loop skips ticks; one full turn visits every slot, more would visit them twice.
    const passed = Math.min(now - this.#currentTick, this.#slots.length);
    for (let tick = now - passed + 1; tick <= now; tick++) this.#expire(tick, now);
    this.#currentTick = now;
    this.#stampArrivals(now);
    this.#rest();
  }

  #expire(tick: number, now: number): void {
    const head = this.#slots[tick % this.#slots.length] as ListHead;
    // Take the due nodes off first: onDeadline() may add or remove others.
    const due = new ListHead();
    let node: DeadlineNode = head.wheelNext;
    while (node !== head) {
      const next = node.wheelNext as DeadlineNode;
      if (node.expiryTick <= now) {
        unlink(node);
        append(due, node);
      }
      node = next;
    }
    while (due.wheelNext !== due) {
      const first = due.wheelNext;
      this.remove(first);
      first.onDeadline();
    }
  }

  #stampArrivals(now: number): void {
    const arrivals = this.#arrivals;
    while (arrivals.wheelNext !== arrivals) {
      const node = arrivals.wheelNext;
      unlink(node);
      // One tick more than the division says: `now` is rounded down.
      node.expiryTick = now + Math.ceil(node.timeoutMs / this.#tickMs) + 1;
      append(this.#slots[node.expiryTick % this.#slots.length] as ListHead, node);
    }
  }

  #rest(): void {
    const wasUsed = this.#state === 'patient' || this.#state === 'watching';
    if (this.#size > 0) {
      this.#timer.start();
      if (!this.#keepsAlive) this.#timer.keepAlive(false);
      this.#state = 'watching';
    } else if (this.#keepsAlive && this.#idleTicks < LINGER_TICKS) {
      this.#idleTicks++;
      this.#state = 'lingering';
      this.#timer.start();
      this.#timer.keepAlive(false);
    } else if (!this.#keepsAlive && wasUsed) {
      this.#state = 'lingering';
      this.#startSlowTimer();
    } else {
      this.#timer.stop();
      this.#state = 'stopped';
    }
  }
}

function append(head: ListHead, node: DeadlineNode): void {
  const last = head.wheelPrevious;
  node.wheelPrevious = last;
  node.wheelNext = head;
  last.wheelNext = node;
  head.wheelPrevious = node;
}

function unlink(node: DeadlineNode): void {
  const previous = node.wheelPrevious as DeadlineNode;
  const next = node.wheelNext as DeadlineNode;
  previous.wheelNext = next;
  next.wheelPrevious = previous;
}
