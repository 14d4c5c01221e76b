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
import { PollTime } from './poll-time.ts';
import { RingReader } from './ring-reader.ts';
import { RingWriter } from './ring-writer.ts';
import { Spin } from './spin.ts';
import { WakeDelay } from './wake-delay.ts';

/** What a thread needs to open its end of a lane; goes to it as it is. */
export interface LaneEnd {
  readonly memory: SharedArrayBuffer;
  /** Index of the thread at the other end, on the board. */
  readonly otherThread: number;
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
/** Longest time without a turn. */
const MAX_STRETCH_MS = 0.5;
/** Turns that a side stays awake with no calls open: the next one often follows at once. */
const LINGER_TURNS = 2;

const WAKE = 0;
/** What is to be done at the end of a tick waits for it: `queueMicrotask`, with a resource of its own each time, costs twice as much. */
const TICK_END = Promise.resolve();

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
  readonly #otherThread: number;
  readonly #spin: Spin;
  readonly #wakeDelay: WakeDelay;
  readonly #pollTime = new PollTime();
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
  /** Whether this side has woken the other and not heard of it since. */
  #hasJustWoken = false;
  #lastTurnMs = 0;
  /** When the turn began that had nothing to do; 0 when the last one had. */
  #idleFromMs = 0;
  #idleTurns = 0;

  constructor(side: LaneSide, end: LaneEnd, board: PollBoard, listener: LinkListener) {
    const { memory, otherThread, wakePort, bulkPort } = end;
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
    this.#otherThread = otherThread;
    this.#spin = new Spin(this.#reader, board.contention);
    this.#wakeDelay = new WakeDelay(this.#reader, this.#writer);
    board.lanes.add(this);
    wakePort.on('message', () => {
      this.#wake();
      for (const lane of board.lanes) lane.look();
    });
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
    if (this.#isLast() || this.#unpublished >= FRAMES_PER_PUBLISH[this.#side]) this.#publish();
    else if (this.#side === 'server' && this.#wakeDelay.hasSlowFrames) this.#publish();
    if (!this.#isFlushQueued && !this.#isReading) {
      this.#isFlushQueued = true;
      void TICK_END.then(this.#flush);
    }
  }

  /** Whether nothing is likely to follow soon: the other side may as well have what there is now. */
  #isLast(): boolean {
    if (this.#side === 'caller') return this.openCalls <= 1;
    return this.#isReading && this.#reader.isAtLast;
  }

  flush(): void {
    if (this.#state !== 'closed' && this.#writer.isDirty) this.#publish();
  }

  /** Takes what is there before it is woken for it: the thread is awake for another lane. */
  look(): void {
    if (this.#state === 'asleep' && this.#reader.seemsReady) this.#wakeSelf();
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
    this.#board.lanes.delete(this);
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
   * Whether a sleeper is to be woken later, at the latest when all that is being read has been dealt
   * with. A server is, once for everything.
   */
  #isWakeBetterLater(): boolean {
    return this.#side === 'caller' || this.#wakeDelay.isBetterLater();
  }

  #wakeOther(): void {
    const words = this.#words;
    const word = this.#otherAsleepWord;
    if (Atomics.load(words, word) === 1 && Atomics.exchange(words, word, 0) === 1) {
      this.#hasJustWoken = true;
      this.#board.wake(this.#otherThread);
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
    if (!isReady && !this.#spin.hasCredit) return;
    const nowMs = performance.now();
    // Else replies that come fast enough would keep the event loop from ever turning.
    if (nowMs - this.#lastTurnMs >= MAX_STRETCH_MS) return;
    if (isReady || (this.#board.hasFreeCore(nowMs) && this.#spin.lookOnCredit(nowMs))) this.#read();
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
    this.#spin.onTurn();
    if (this.#idleFromMs !== 0) this.#board.contention.note(startMs, startMs - this.#idleFromMs);
    this.#idleFromMs = 0;
    this.#lastTurnMs = startMs;
    this.#pollTime.onTurn(startMs);
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
    this.#wakeDelay.onFrames(nowMs - startMs, count);
    this.#pollTime.onFrames(nowMs);
    if (this.#side === 'caller' || this.#wakeDelay.hasSlowFrames) return;
    // Something has just been asked and answered: the next request is likely close.
    while (
      this.openCalls === 0 &&
      nowMs - startMs < MAX_STRETCH_MS &&
      this.#board.hasFreeCore(nowMs) &&
      this.#spin.look(nowMs)
    ) {
      this.#read();
      if (this.#isClosed()) return;
      nowMs = performance.now();
      this.#pollTime.onFrames(nowMs);
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
    return this.#pollTime.isLeft(nowMs) && this.#board.hasFreeCore(nowMs);
  }

  /** Takes what is there; returns how many frames. */
  #read(): number {
    if (this.#isReading) return 0;
    this.#isReading = true;
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
    this.#pollTime.onSleep(performance.now());
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
    const hasRested = this.#pollTime.onWoken(performance.now());
    this.#enter();
    this.#poll(hasRested);
  }

  /** Comes awake unasked, because something is expected. */
  #stayUp(): void {
    Atomics.store(this.#words, this.#myAsleepWord, 0);
    this.#enter();
    this.#queueTurn();
  }

  #enter(): void {
    this.#state = 'awake';
    this.#pollTime.onAwake();
    this.#idleTurns = 0;
    this.#board.enter();
  }

  /** As a function: it may have been closed by what was just called. */
  #isClosed(): boolean {
    return this.#state === 'closed';
  }
}
