/**
 * Calls of a batch that came to a guest in one frame, and their answers on the way back.
 *
 *   answered  ■■■■■■■□■■■□□□□□    sent: one frame for each run of replies that stand side by side
 *             └─run─┘ └run┘
 *
 * Replies gather until the tick is over, and leave together; when all calls were answered at once
 * that is one frame. No reply waits for a slower call: what is there leaves without the rest. To the
 * service the chunk is the signal of each of its calls, for their caller gives all of them up at a time.
 */

import type { CallOptions } from '../dispatch/call-context.ts';
import { serviceExit, timedOut } from '../dispatch/call-errors.ts';
import type { ChunkSize } from './chunk-size.ts';
import { GUEST_FRAME } from './frames.ts';
import { sendError, sendReply } from './guest-answers.ts';
import type { Link } from './link.ts';

/** Replies wait no longer than this for calls that are being handled, in ms. */
const MAX_HOLD_MS = 1;
/** Calls between two looks at the clock, unless they take long. */
const CALLS_PER_LOOK = 8;

interface AbortListener {
  handleEvent(): void;
}

/** What answers the calls. */
interface Answering {
  readonly name: string;
  answer(method: string, params: unknown, options: CallOptions): unknown;
}

export class GuestChunk {
  aborted = false;
  reason: unknown = undefined;
  readonly #link: Link;
  readonly #id: number;
  readonly #runSize: ChunkSize;
  readonly #nowMs: () => number;
  readonly #onDone: (id: number) => void;
  readonly #listeners = new Set<AbortListener>();
  readonly #replies: unknown[] = [];
  /** Indexes of replies that have not been sent. */
  #ready: number[] = [];
  #service: Answering | undefined = undefined;
  #unanswered = 0;
  #isFlushQueued = false;

  /**
   * @param runSize - of replies of this method
   * @param onDone - every call has been answered; called once, before the last answer leaves
   */
  constructor(
    link: Link,
    id: number,
    runSize: ChunkSize,
    nowMs: () => number,
    onDone: (id: number) => void,
  ) {
    this.#link = link;
    this.#id = id;
    this.#runSize = runSize;
    this.#nowMs = nowMs;
    this.#onDone = onDone;
  }

  /** Handles the calls. To be called once. */
  answer(service: Answering | undefined, method: string, paramsList: readonly unknown[]): void {
    const { length } = paramsList;
    const options = {
      timeoutMs: Number.POSITIVE_INFINITY,
      signal: this as unknown as AbortSignal,
    };
    this.#service = service;
    this.#unanswered = length;
    this.#isFlushQueued = true; // nothing leaves but what is said to, until all have been handled
    let isSlow = false;
    let sentAtMs = this.#nowMs();
    for (let index = 0; index < length; index++) {
      // The host has not heard yet that it ended; when it does, it answers its callers.
      if (service === undefined) {
        this.#fail(index, serviceExit(method, 'it has ended'));
        continue;
      }
      const answer = service.answer(method, paramsList[index], options);
      if (answer instanceof Promise) this.#follow(index, answer);
      else this.#reply(index, answer);
      if (!isSlow && index % CALLS_PER_LOOK !== 0) continue;
      const nowMs = this.#nowMs();
      if (nowMs - sentAtMs < MAX_HOLD_MS) continue;
      isSlow = true;
      sentAtMs = nowMs;
      this.flush();
      this.#link.flush(); // the tick may be a long one
    }
    this.#isFlushQueued = false;
    this.flush();
  }

  /**
   * Nobody waits for the answers any more.
   *
   * @param value - the time that was allowed, in ms, or why the caller gave up
   */
  abandon(value: unknown): void {
    this.aborted = true;
    const name = this.#service?.name ?? '';
    this.reason = typeof value === 'number' ? timedOut(name, value) : value;
    for (const listener of this.#listeners) listener.handleEvent();
  }

  /** Sends the replies that are there. */
  flush(): void {
    const ready = this.#ready;
    if (ready.length === 0) return;
    this.#ready = [];
    if (this.#unanswered === 0) this.#onDone(this.#id);
    if (!isAscending(ready)) ready.sort((one, other) => one - other);
    let start = 0;
    for (let at = 1; at <= ready.length; at++) {
      const first = ready[start] as number;
      const isFull = at - start >= this.#runSize.count;
      if (!isFull && at < ready.length && ready[at] === first + at - start) continue;
      this.#sendRun(first, at - start);
      start = at;
    }
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    this.#listeners.delete(listener);
  }

  #follow(index: number, answer: Promise<unknown>): void {
    answer.then(
      (reply) => this.#reply(index, reply),
      (thrown) => this.#fail(index, thrown),
    );
  }

  #reply(index: number, reply: unknown): void {
    this.#replies[index] = reply;
    this.#ready.push(index);
    this.#unanswered--;
    if (this.#isFlushQueued) return;
    this.#isFlushQueued = true;
    // Behind the reactions that are due: handlers that waited for the same thing answer together.
    process.nextTick(() => {
      this.#isFlushQueued = false;
      this.flush();
    });
  }

  #fail(index: number, thrown: unknown): void {
    if (--this.#unanswered === 0 && this.#ready.length === 0) this.#onDone(this.#id);
    sendError(this.#link, this.#id, index, thrown);
  }

  #sendRun(first: number, count: number): void {
    const replies = this.#replies.slice(first, first + count);
    this.#replies.fill(undefined, first, first + count);
    try {
      this.#link.send(GUEST_FRAME.replies, this.#id, first, replies);
      this.#runSize.learn(count, this.#link.lastFrameBytes);
    } catch {
      // One of them cannot leave its isolate, or together they are too long: each says for itself.
      for (const [at, reply] of replies.entries()) {
        sendReply(this.#link, this.#id, first + at, reply);
      }
    }
  }
}

function isAscending(indexes: readonly number[]): boolean {
  for (let at = 1; at < indexes.length; at++) {
    if ((indexes[at] as number) < (indexes[at - 1] as number)) return false;
  }
  return true;
}
