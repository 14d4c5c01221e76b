/**
 * Finds the series of a call, and keeps their number bounded.
 *
 * Names that arrive in a call may be anything, and a series lives as long as the process. A call
 * that was refused since nobody knows its service, method or tool therefore makes no series of
 * its own: the unknown name is counted as `_OTHER`. Beyond `maxSeries`, whatever is new is
 * counted under `_OTHER` altogether. No call goes uncounted.
 */

import { OTHER } from './call-channels.ts';
import { CallSeries } from './call-series.ts';

type ByTool = Map<string, CallSeries>;
type ByMethod = Map<string, ByTool>;

export class SeriesTable {
  readonly #maxSeries: number;
  readonly #all: CallSeries[] = [];
  readonly #byService = new Map<string, ByMethod>();
  /** What was looked up last: callers tend to call one tool many times. */
  #last: CallSeries | undefined;

  /** @param maxSeries - how many there may be, besides the one of `_OTHER` alone */
  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
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
      default:
        return this.#getOrMake(service, method, tool);
    }
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
