/**
 * Finds the series of a call, and keeps their number bounded.
 *
 * Names that arrive in a call may be anything, and a series lives as long as the process. A call
 * that was refused since nobody knows its service, method or tool therefore makes no series of
 * its own: the unknown name is counted as `_OTHER`. Beyond `maxSeries`, whatever is new is
 * counted under `_OTHER` altogether. No call goes uncounted.
 *
 * A call may also fail before anybody has looked its names up: its caller is over a limit, a thread
 * does not answer. Such calls make a share of the series at most, so that made-up names leave room
 * for those that have been answered.
 */

import { OTHER, TOOL_ERROR } from './call-channels.ts';
import { CallSeries } from './call-series.ts';

/** Of the series, those that calls may make whose names nobody has vouched for. */
const UNPROVEN_SHARE = 1 / 4;
/** A longer name is nobody's, and memory. */
const MAX_NAME_LENGTH = 256;

type ByTool = Map<string, CallSeries>;
type ByMethod = Map<string, ByTool>;

export class SeriesTable {
  readonly #maxSeries: number;
  readonly #all: CallSeries[] = [];
  readonly #byService = new Map<string, ByMethod>();
  /** What was looked up last: callers tend to call one tool many times. */
  #last: CallSeries | undefined;
  readonly #maxUnproven: number;
  #unproven = 0;

  /** @param maxSeries - how many there may be, besides the one of `_OTHER` alone */
  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
    this.#maxUnproven = Math.ceil(maxSeries * UNPROVEN_SHARE);
  }

  /**
   * The series that a call is counted in.
   *
   * @param tool - '' for none
   * @param errorType - how the call ended; the codes for unknown names make no series
   */
  find(service: string, method: string, tool: string, errorType: string | undefined): CallSeries {
    const last = this.#last;
    if (last !== undefined) {
      const { tags } = last;
      if (tags.tool === tool && tags.method === method && tags.service === service) return last;
    }
    const found =
      this.#get(service, method, tool) ?? this.#makeFor(service, method, tool, errorType);
    this.#last = found;
    return found;
  }

  /** Every series, in order of its first call. */
  all(): readonly CallSeries[] {
    return this.#all;
  }

  #get(service: string, method: string, tool: string): CallSeries | undefined {
    return this.#byService.get(service)?.get(method)?.get(tool);
  }

  #makeFor(
    service: string,
    method: string,
    tool: string,
    errorType: string | undefined,
  ): CallSeries {
    const toolOrOther = tool === '' ? '' : OTHER;
    switch (errorType) {
      case 'ERR_UNKNOWN_TOOL':
        return this.#getOrMake(service, method, toolOrOther);
      case 'ERR_INVALID_REQUEST':
        return this.#getOrMake(service, OTHER, toolOrOther);
      // Refused before anybody looked whether the service has the method or the tool.
      case 'ERR_SERVICE_NOT_FOUND':
      case 'ERR_FORBIDDEN':
        return this.#getOrMake(OTHER, OTHER, '');
      case undefined:
      case TOOL_ERROR:
        return this.#getOrMake(service, method, tool);
      default:
        return this.#makeUnproven(service, method, tool);
    }
  }

  #makeUnproven(service: string, method: string, tool: string): CallSeries {
    const isShort = [service, method, tool].every(({ length }) => length <= MAX_NAME_LENGTH);
    if (!isShort || this.#unproven >= this.#maxUnproven) return this.#getOrMake(OTHER, OTHER, '');
    this.#unproven++;
    return this.#getOrMake(service, method, tool);
  }

  #getOrMake(service: string, method: string, tool: string): CallSeries {
    const existing = this.#get(service, method, tool);
    if (existing !== undefined) return existing;
    const isLastResort = service === OTHER && method === OTHER && tool === '';
    if (this.#all.length >= this.#maxSeries && !isLastResort) {
      return this.#getOrMake(OTHER, OTHER, '');
    }
    const made = new CallSeries({ service, method, tool });
    this.#all.push(made);
    let byMethod = this.#byService.get(service);
    if (byMethod === undefined) this.#byService.set(service, (byMethod = new Map()));
    let byTool = byMethod.get(method);
    if (byTool === undefined) byMethod.set(method, (byTool = new Map()));
    byTool.set(tool, made);
    return made;
  }
}
