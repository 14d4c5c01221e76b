/**
 * A link between two threads: a ring of shared memory each way, and a port to wake a sleeper by.
 *
 *   send() ─▶ ring ─▶ publish, at the end of the tick ─▶ asleep? ─yes▶ a message on the port
 *                                                          └─no──▶ nothing: the other side looks
 *
 * What costs time between threads is not moving the bytes but waking a thread, some 40 µs each way.
 * So a side that expects something looks for it a while before it sleeps: first in a loop of a few
 * microseconds, where that has been paying off, then once a turn of the event loop. It sleeps when
 * nothing comes, when nothing is expected, or when it has no core of its own to look on; at rest
 * nothing runs at all. `bench/lane.bench.ts` and `npm run peers -- threads` show the effect.
 *
 * A caller that has just woken the server goes to sleep at once: the system may have put the server
 * on this very core, behind it. So does a server that has answered its first request after a rest.
 */

import type { MessagePort } from 'node:worker_threads';
import type { Link, LinkListener } from '../link.ts';
import { asleepWord, type LaneSide, ringWrittenBy } from './lane-memory.ts';
import type { PollBoard } from './poll-board.ts';
import { RingReader } from './ring-reader.ts';
import { RingWriter } from './ring-writer.ts';

/** What a thread needs to open its end of a lane; goes to it as it is. */
export interface LaneEnd {
  readonly memory: SharedArrayBuffer;
  /** Wakes this side. */
  readonly wakePort: MessagePort;
  /** Carries large buffers and blocks; nobody listens to it, it is read when the ring says so. */
  readonly bulkPort: MessagePort;
}

/** Frames that may wait before the other side is told of them. */
const FRAMES_PER_PUBLISH = { caller: 16, server: 8 } as const;
/** Frames taken in one turn of the event loop, so that timers and sockets get theirs. */
const FRAMES_PER_TURN = { caller: 512, server: 256 } as const;
/** Turns' worth of the smallest frames in a full ring. */
const MAX_REST_TURNS = 128;
/** How long a side looks for frames, turn by turn, before it sleeps. */
const MIN_POLL_MS = 0.15;
const MAX_POLL_MS = 1;
/** Woken within this time, it would have been better to look a little longer. */
const REGRET_MS = 0.6;
/** How long a side looks without a turn of its event loop. */
const SPIN_MS = 0.003;
/** Longest time without a turn. */
const MAX_STRETCH_MS = 0.5;
/** Looks at memory between two looks at the clock, which costs as much as ten. */
const LOOKS_PER_CLOCK = 8;
/** Spinning that has not paid off this often in a row is given up, and tried again now and then. */
const SPIN_PATIENCE = 4;
const MAX_SPIN_CREDIT = 8;
const TURNS_TO_NEW_SPIN = 64;
/** Turns that a side stays awake with no calls open: the next one often follows at once. */
const LINGER_TURNS = 2;
/** A frame that takes longer than this is worth handing over its answer alone, in ns. */
const SLOW_FRAME_NS = 2_000;
/** Longest time that a slow frame's answer waits for others before a sleeper is woken. */
const MAX_WAKE_DELAY_MS = 1;
/** Weight of the last turn in the mean time of a frame. */
const FRAME_TIME_WEIGHT = 0.2;

const WAKE = 0;

export class Lane implements Link {
  openCalls = 0;
  readonly #side: LaneSide;
  readonly #words: Int32Array;
  readonly #myAsleepWord: number;
  readonly #otherAsleepWord: number;
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  readonly #listener: LinkListener;
  readonly #wakePort: MessagePort;
  readonly #bulkPort: MessagePort;
  readonly #board: PollBoard;
  readonly #flush = (): void => this.#endTick();
  readonly #turn = (): void => {
    this.#isTurnQueued = false;
    this.#poll();
  };
  #state: 'asleep' | 'awake' | 'closed' = 'asleep';
  #isReading = false;
  #isFlushQueued = false;
  #isTurnQueued = false;
  #unpublished = 0;
  /** Whether something has been published that may have found the other side asleep. */
  #mustWake = false;
  /** Bytes of the requests that are being answered, when that began. */
  #readBytes = 0;
  #wokeAtMs = 0;
  /** Whether this side has woken the other and not heard of it since. */
  #hasJustWoken = false;
  #lastTurnMs = 0;
  #lastFrameMs = 0;
  #sleptAtMs = 0;
  #pollMs = MIN_POLL_MS;
  #spinCredit = SPIN_PATIENCE;
  #turns = 0;
  /** When the turn began that had nothing to do; 0 when the last one had. */
  #idleFromMs = 0;
  #idleTurns = 0;
  #frameNs = 0;

  constructor(side: LaneSide, end: LaneEnd, board: PollBoard, listener: LinkListener) {
    const { memory, wakePort, bulkPort } = end;
    const other = side === 'caller' ? 'server' : 'caller';
    this.#side = side;
    this.#words = new Int32Array(memory);
    this.#myAsleepWord = asleepWord(side);
    this.#otherAsleepWord = asleepWord(other);
    this.#writer = new RingWriter(memory, ringWrittenBy(side), bulkPort);
    this.#listener = listener;
    this.#reader = new RingReader(memory, ringWrittenBy(other), bulkPort, (tag, route, value) => {
      // What was done with the frame before may have closed the lane.
      if (this.#state !== 'closed') listener.onFrame(tag >>> 24, tag & 0xff_ffff, route, value);
    });
    this.#wakePort = wakePort;
    this.#bulkPort = bulkPort;
    this.#board = board;
    wakePort.on('message', () => this.#wake());
    if (side === 'caller') wakePort.unref();
    Atomics.store(this.#words, this.#myAsleepWord, 1);
    // What was written before this side was here; later, so that its user is ready for it.
    if (this.#reader.isReady) setImmediate(() => this.#wakeSelf());
  }

  get lastFrameBytes(): number {
    return this.#writer.lastRecordBytes;
  }

  send(kind: number, id: number, route: number, value: unknown): void {
    if (this.#state === 'closed') return;
    this.#writer.write((kind << 24) | id, route, value);
    this.#unpublished++;
    const isAlone = this.#side === 'caller' && this.openCalls <= 1;
    if (isAlone || this.#unpublished >= FRAMES_PER_PUBLISH[this.#side]) this.#publish();
    else if (this.#frameNs > SLOW_FRAME_NS && this.#side === 'server') this.#publish();
    if (!this.#isFlushQueued && !this.#isReading) {
      this.#isFlushQueued = true;
      queueMicrotask(this.#flush);
    }
  }

  flush(): void {
    if (this.#state !== 'closed' && this.#writer.isDirty) this.#publish();
  }

  /** Takes what the other side said before it ended: all that a ring holds. */
  takeRest(): void {
    // One that has not ended after all may go on writing.
    for (let turns = MAX_REST_TURNS; turns > 0 && this.#state !== 'closed'; turns--) {
      if (this.#read() === 0) break;
    }
  }

  close(): void {
    if (this.#state === 'closed') return;
    if (this.#writer.isDirty) this.#publish();
    if (this.#state === 'awake') this.#board.leave();
    this.#state = 'closed';
    this.#wakePort.close();
    this.#bulkPort.close();
  }

  #publish(): void {
    this.#unpublished = 0;
    this.#writer.publish();
    if (this.#writer.isBlocked) {
      this.#writer.wantSpace();
      this.#writer.publish(); // the space may have come between the two
    }
    if (this.#isReading && this.#isWakeBetterLater()) this.#mustWake = true;
    else this.#wakeOther();
  }

  /**
   * Whether a sleeper is to be woken only when all that is being read has been dealt with. A server
   * is, once for everything. A caller is woken when half of its requests have been answered, so that
   * the next ones are here before the last of these is done; slow ones one by one would cost it
   * a wake-up each.
   */
  #isWakeBetterLater(): boolean {
    if (this.#side === 'caller') return true;
    if (this.#frameNs <= SLOW_FRAME_NS) return false;
    if (2 * this.#reader.unreadBytes <= this.#readBytes) {
      this.#readBytes = 0; // not again before the last
      return false;
    }
    const nowMs = performance.now();
    if (nowMs - this.#wokeAtMs > MAX_WAKE_DELAY_MS) {
      this.#wokeAtMs = nowMs;
      return false;
    }
    return true;
  }

  #wakeOther(): void {
    const words = this.#words;
    const word = this.#otherAsleepWord;
    if (Atomics.load(words, word) === 1 && Atomics.exchange(words, word, 0) === 1) {
      this.#hasJustWoken = true;
      this.#wakePort.postMessage(WAKE);
    }
  }

  /** Everything that this tick had to say has been said. */
  #endTick(): void {
    this.#isFlushQueued = false;
    if (this.#state === 'closed') return;
    if (this.#writer.isDirty) this.#publish();
    if (this.#side === 'server') return;
    if (this.openCalls === 0) {
      // Whoever waited has given up: a sleeper would keep the process alive for nobody.
      if (this.#state === 'asleep') this.#wakePort.unref();
      return;
    }
    if (this.#hasJustWoken) {
      this.#hasJustWoken = false;
      if (this.#state === 'awake') this.#sleep();
      else this.#wakePort.ref();
      return;
    }
    if (this.#state === 'asleep') this.#stayUp();
    const isReady = this.#reader.seemsReady;
    if (!isReady && this.#spinCredit <= 0) return;
    const nowMs = performance.now();
    // Else replies that come fast enough would keep the event loop from ever turning.
    if (nowMs - this.#lastTurnMs >= MAX_STRETCH_MS) return;
    if (isReady) this.#read();
    else if (this.#board.hasFreeCore(nowMs)) this.#spinForReply(nowMs);
  }

  /** Looks for a reply for a few microseconds. */
  #spinForReply(nowMs: number): void {
    if (this.#spin(nowMs)) {
      if (this.#spinCredit < MAX_SPIN_CREDIT) this.#spinCredit++;
      this.#read();
    } else {
      this.#spinCredit--;
    }
  }

  #spin(startMs: number): boolean {
    const reader = this.#reader;
    let nowMs = startMs;
    do {
      for (let look = 0; look < LOOKS_PER_CLOCK; look++) if (reader.isReady) return true;
      nowMs = performance.now();
    } while (nowMs - startMs < SPIN_MS);
    this.#board.contention.note(nowMs, nowMs - startMs);
    return false;
  }

  #queueTurn(): void {
    if (this.#isTurnQueued) return;
    this.#isTurnQueued = true;
    setImmediate(this.#turn);
  }

  /** @param isAfterRest - this side has just been woken, and had been asleep for long */
  #poll(isAfterRest = false): void {
    if (this.#state !== 'awake') return;
    const startMs = performance.now();
    this.#turns++;
    if (this.#idleFromMs !== 0) this.#board.contention.note(startMs, startMs - this.#idleFromMs);
    this.#idleFromMs = 0;
    this.#lastTurnMs = startMs;
    if (this.#lastFrameMs === 0) this.#lastFrameMs = startMs;
    if (this.#spinCredit <= 0 && this.#turns % TURNS_TO_NEW_SPIN === 0) this.#spinCredit = 1;
    const count = this.#read();
    if (count > 0) this.#afterFrames(startMs, count);
    if (this.#isClosed()) return;
    if (this.#writer.isDirty) this.#publish();
    const isInTheWay = isAfterRest && this.#side === 'server' && this.#hasJustWoken;
    if (!isInTheWay && this.#mayStayAwake(count, startMs)) {
      if (count === 0) this.#idleFromMs = startMs;
      this.#queueTurn();
    } else {
      this.#sleep();
    }
  }

  #afterFrames(startMs: number, count: number): void {
    let nowMs = performance.now();
    const frameNs = ((nowMs - startMs) * 1e6) / count;
    this.#frameNs += FRAME_TIME_WEIGHT * (frameNs - this.#frameNs);
    this.#lastFrameMs = nowMs;
    if (this.#side === 'caller' || this.#frameNs > SLOW_FRAME_NS) return;
    // Something has just been asked and answered: the next request is likely close.
    while (
      this.openCalls === 0 &&
      nowMs - startMs < MAX_STRETCH_MS &&
      this.#board.hasFreeCore(nowMs) &&
      this.#spin(nowMs)
    ) {
      this.#read();
      if (this.#isClosed()) return;
      nowMs = performance.now();
      this.#lastFrameMs = nowMs;
    }
  }

  #mayStayAwake(count: number, nowMs: number): boolean {
    if (count > 0 || this.#reader.seemsReady) {
      this.#idleTurns = 0;
      return true;
    }
    if (this.#side === 'caller') {
      if (this.openCalls === 0) return ++this.#idleTurns < LINGER_TURNS;
      if (this.#hasJustWoken) return false;
    }
    return nowMs - this.#lastFrameMs < this.#pollMs && this.#board.hasFreeCore(nowMs);
  }

  /** Takes what is there; returns how many frames. */
  #read(): number {
    if (this.#isReading) return 0;
    this.#isReading = true;
    if (this.#side === 'server') this.#readBytes = this.#reader.unreadBytes;
    if (this.#reader.isReady) this.#hasJustWoken = false;
    let count = 0;
    try {
      count = this.#reader.read(FRAMES_PER_TURN[this.#side]);
    } catch (error) {
      if (!this.#isClosed()) {
        this.close();
        this.#listener.onClose(error);
      }
      return 0;
    } finally {
      this.#isReading = false;
    }
    if (this.#isClosed()) return 0;
    if (this.#writer.isDirty) this.#publish();
    if (this.#mustWake || (count > 0 && this.#reader.takeWanted())) this.#wakeOther();
    this.#mustWake = false;
    return count;
  }

  #sleep(): void {
    this.#state = 'asleep';
    this.#idleTurns = 0;
    this.#idleFromMs = 0;
    this.#hasJustWoken = false;
    this.#sleptAtMs = performance.now();
    this.#board.leave();
    // Only what somebody waits for keeps the process alive.
    if (this.#side === 'server' || this.openCalls > 0) this.#wakePort.ref();
    else this.#wakePort.unref();
    Atomics.store(this.#words, this.#myAsleepWord, 1);
    // Space that came just before this side said that it sleeps has woken nobody, nor has a frame.
    if (this.#writer.isBlocked) this.#publish();
    if (this.#reader.isReady) this.#wakeSelf();
  }

  #wakeSelf(): void {
    if (Atomics.exchange(this.#words, this.#myAsleepWord, 0) === 1) this.#wake();
  }

  /** The other side has something. */
  #wake(): void {
    if (this.#state !== 'asleep') return;
    const isAfterRest = performance.now() - this.#sleptAtMs >= REGRET_MS;
    this.#pollMs = isAfterRest
      ? Math.max(MIN_POLL_MS, this.#pollMs * 0.9)
      : Math.min(MAX_POLL_MS, this.#pollMs * 2);
    this.#enter();
    this.#poll(isAfterRest);
  }

  /** Comes awake unasked, because something is expected. */
  #stayUp(): void {
    Atomics.store(this.#words, this.#myAsleepWord, 0);
    this.#enter();
    this.#queueTurn();
  }

  #enter(): void {
    this.#state = 'awake';
    this.#lastFrameMs = 0;
    this.#idleTurns = 0;
    this.#board.enter();
  }

  /** As a function: it may have been closed by what was just called. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
