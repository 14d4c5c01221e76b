/**
 * The port between two isolates: an ordered, lossless channel of small frames both ways.
 *
 * There are two: a lane of shared memory between threads, and a socket between processes. What is
 * said over a link is the same on both (`frames.ts`); how it gets there is the link's business.
 */

/** Takes what arrives. */
export interface LinkListener {
  /**
   * A frame has arrived; called in the order of sending.
   *
   * @param kind - what it is, 0 to 255
   * @param id - which call it belongs to, 0 to 2^24 - 1
   * @param route - which service and method it is for, 0 to 65,535
   */
  onFrame(kind: number, id: number, route: number, value: unknown): void;
  /** The other side is gone; nothing arrives any more. Called once. */
  onClose(reason: unknown): void;
}

export interface Link {
  /**
   * Calls that are under way over this link: sent and not answered, on the caller's side; taken and
   * not answered, on the other. Its user keeps it; a link may look for frames while it is not zero
   * instead of going to sleep.
   */
  openCalls: number;
  /** Length of the frame that was sent last, in bytes. */
  readonly lastFrameBytes: number;
  /**
   * Sends a frame. It leaves with the others of this tick.
   *
   * @throws `ERR_INVALID_PARAMS` when `value` holds what cannot leave its isolate, such as a function;
   *   nothing of it has been sent then
   */
  send(kind: number, id: number, route: number, value: unknown): void;
  /** Sends what is waiting now: the tick may be a long one. */
  flush(): void;
  /** Sends what is waiting, then lets go of the link. Idempotent. */
  close(): void;
}
