/**
 * When things happened in a block of the open loop, and how long it was by that. Times are in ms
 * from the block's start, which all threads have in common, so that theirs can be put together.
 */

export interface OpenPace {
  /** The last arrival's coming; 0 when there was none. */
  readonly lastArrivalMs: number;
  /** The first answer's; `Infinity` when there was none. */
  readonly firstAnswerMs: number;
  /** The last answer's; `-Infinity` when there was none. */
  readonly lastAnswerMs: number;
  /** Whether it was ended before its schedule. */
  readonly isCutShort: boolean;
  /** Until everything was settled. */
  readonly wallMs: number;
  /** CPU time that went into looking at the clock. */
  readonly pollingMs: number;
}

export interface OpenLength {
  /**
   * What the schedule lasted, or, when answers took longer to come in than that, from the first to
   * the last.
   */
  readonly durationMs: number;
  /** From the start to the last arrival's coming, or to the end of the schedule. */
  readonly pacedMs: number;
}

/** The lengths of a block whose schedule lasts `scheduleMs`. */
export function lengthOf(pace: OpenPace, scheduleMs: number): OpenLength {
  const { lastArrivalMs, firstAnswerMs, lastAnswerMs, isCutShort } = pace;
  const plannedMs = isCutShort ? lastArrivalMs : scheduleMs;
  return {
    durationMs: Math.max(plannedMs, lastAnswerMs - firstAnswerMs),
    pacedMs: Math.max(plannedMs, lastArrivalMs),
  };
}

/** The pace of several threads that shared one block. */
export function mergedPace(paces: readonly OpenPace[]): OpenPace {
  return {
    lastArrivalMs: Math.max(...paces.map(({ lastArrivalMs }) => lastArrivalMs)),
    firstAnswerMs: Math.min(...paces.map(({ firstAnswerMs }) => firstAnswerMs)),
    lastAnswerMs: Math.max(...paces.map(({ lastAnswerMs }) => lastAnswerMs)),
    isCutShort: paces.some(({ isCutShort }) => isCutShort),
    wallMs: Math.max(...paces.map(({ wallMs }) => wallMs)),
    pollingMs: paces.reduce((sum, { pollingMs }) => sum + pollingMs, 0),
  };
}
