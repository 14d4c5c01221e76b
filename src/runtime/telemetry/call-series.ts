/**
 * What is counted about the calls of one service, method and tool: how they ended, and how long
 * they took.
 *
 *   cells: [ outcomes … | buckets … ]    one typed array, made once; recording allocates nothing
 *
 * Counts are doubles, exact to 2^53.
 */

import type { CallErrorCode } from '../../core/errors.ts';
import { OTHER, TOOL_ERROR } from './call-channels.ts';
import { BUCKET_COUNT, bucketOf } from './duration-buckets.ts';

/** How a call ended: well, with a tool's own error, or with the code its caller received. */
export type OutcomeTag =
  | 'ok'
  | typeof TOOL_ERROR
  | CallErrorCode
  | 'ERR_INVALID_OPTION'
  | typeof OTHER;

const OUTCOMES = [
  'ok',
  TOOL_ERROR,
  'ERR_SERVICE_NOT_FOUND',
  'ERR_SERVICE_EXIT',
  'ERR_OVERLOADED',
  'ERR_FORBIDDEN',
  'ERR_CANCELLED',
  'ERR_UNKNOWN_TOOL',
  'ERR_INVALID_REQUEST',
  'ERR_INVALID_PARAMS',
  'ERR_TIMEOUT',
  'ERR_INVALID_OPTION',
  OTHER,
] as const satisfies readonly OutcomeTag[];

const CELL_OF_OUTCOME: ReadonlyMap<string, number> = new Map(
  OUTCOMES.map((outcome, cell) => [outcome, cell]),
);
const OTHER_CELL = OUTCOMES.length - 1;

/** Whose calls: what the counter and the distribution are broken down by. */
export interface CallTags {
  readonly service: string;
  readonly method: string;
  /** The tool of a `tools/call`, otherwise ''. */
  readonly tool: string;
}

export class CallSeries {
  readonly tags: CallTags;
  readonly #cells = new Float64Array(OUTCOMES.length + BUCKET_COUNT);
  /** Sum, least and greatest duration in ns; in an array, where a double needs no box. */
  readonly #durationNs = Float64Array.of(0, Number.POSITIVE_INFINITY, 0);

  constructor(tags: CallTags) {
    this.tags = tags;
  }

  /** @param errorType - as in a `CallEvent` */
  record(errorType: string | undefined, durationNs: number): void {
    const cells = this.#cells;
    const cell = errorType === undefined ? 0 : (CELL_OF_OUTCOME.get(errorType) ?? OTHER_CELL);
    const bucket = OUTCOMES.length + bucketOf(durationNs);
    cells[cell] = (cells[cell] as number) + 1; // in bounds
    cells[bucket] = (cells[bucket] as number) + 1;
    const durations = this.#durationNs;
    durations[0] = (durations[0] as number) + durationNs;
    if (durationNs < (durations[1] as number)) durations[1] = durationNs;
    if (durationNs > (durations[2] as number)) durations[2] = durationNs;
  }

  /** How often each outcome was; those that never were are left out, `ok` apart. */
  countByOutcome(): [OutcomeTag, number][] {
    return OUTCOMES.map((outcome, cell): [OutcomeTag, number] => [
      outcome,
      this.#cells[cell] as number,
    ]).filter(([outcome, count]) => count > 0 || outcome === 'ok');
  }

  /** Calls in each bucket, not cumulative. */
  bucketCounts(): number[] {
    return [...this.#cells.subarray(OUTCOMES.length)];
  }

  get sumNs(): number {
    return this.#durationNs[0] as number;
  }

  /** `Infinity` while nothing was recorded. */
  get minNs(): number {
    return this.#durationNs[1] as number;
  }

  get maxNs(): number {
    return this.#durationNs[2] as number;
  }
}
