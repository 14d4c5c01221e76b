/**
 * Interval logs (`.hlog`, format 1.3): one histogram for each interval, so that any percentile of
 * any stretch of a run can be computed later, by HdrHistogram's own tools too.
 *
 * Times within the log are relative to its start, which is given twice: as `StartTime`, for people,
 * and as `BaseTime`, for readers that would otherwise have to guess. hdr-histogram-js writes the
 * first with an empty line behind it, at which Java's reader stops; both are written as comments
 * here instead.
 *
 * Format: HistogramLogReader and HistogramLogWriter of https://github.com/HdrHistogram/HdrHistogram.
 */

import { HistogramLogWriter } from 'hdr-histogram-js';
import { ToolrigError } from '../../core/errors.ts';
import { LatencyCounts } from './latency-counts.ts';
import type { LatencyHistogram } from './latency-histogram.ts';

export interface LoggedInterval {
  /** ms since 1970, as `endMs`. */
  readonly startMs: number;
  readonly endMs: number;
  /** What the calls were, as in `Tag=native`; no comma and no white space. */
  readonly tag: string;
  /** A histogram, or what one is made of. */
  readonly histogram: LatencyHistogram | LatencyCounts;
}

const TAG = /^[^,\s]+$/;

/**
 * The text of an interval log, its intervals in order of time.
 *
 * @param startTimeMs - start of the run, in ms since 1970
 * @throws ToolrigError `ERR_INVALID_OPTION` for a tag or a time that a reader would stumble over
 */
export function renderIntervalLog(
  startTimeMs: number,
  intervals: readonly LoggedInterval[],
): string {
  let text = '';
  const writer = new HistogramLogWriter((line) => {
    text += line;
  });
  const startSec = (startTimeMs / 1_000).toFixed(3);
  const date = new Date(startTimeMs).toISOString();
  writer.outputComment('[Logged with toolrig; latencies in ns, Interval_Max in ms]');
  writer.outputLogFormatVersion();
  writer.outputComment(`[StartTime: ${startSec} (seconds since epoch), ${date}]`);
  writer.outputComment(`[BaseTime: ${startSec} (seconds since epoch)]`);
  writer.outputLegend();
  for (const interval of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    requireLoggable(interval, startTimeMs);
    const { startMs, endMs, tag, histogram } = interval;
    const isCounts = histogram instanceof LatencyCounts;
    // One at a time: hundreds of histograms would take hundreds of MB.
    const logged = isCounts ? histogram.toHistogram() : histogram;
    const [fromSec, toSec] = [(startMs - startTimeMs) / 1_000, (endMs - startTimeMs) / 1_000];
    logged.logInterval(writer, fromSec, toSec, tag);
    if (isCounts) logged.destroy();
  }
  return text;
}

function requireLoggable({ startMs, endMs, tag }: LoggedInterval, startTimeMs: number): void {
  if (!TAG.test(tag)) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `tag must have at least one character and neither comma nor white space, got '${tag}'`,
    );
  }
  if (!(startMs >= startTimeMs && endMs >= startMs && Number.isFinite(endMs))) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `an interval must start at or after the log (${startTimeMs}) and end after its start, got ` +
        `startMs ${startMs}, endMs ${endMs} (tag ${tag})`,
    );
  }
}
