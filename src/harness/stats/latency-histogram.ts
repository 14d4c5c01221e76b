/**
 * A distribution of latencies in ns: HdrHistogram with 64-bit counts and three significant digits,
 * so its size does not grow with the number of calls and merging loses nothing.
 *
 * It wraps hdr-histogram-js, in WebAssembly, and keeps away from its traps: 32-bit counts wrap
 * silently, the WebAssembly decoder loses large counts, a percentile may exceed the largest value, an empty histogram has no sensible minimum,
 * and each instance holds memory outside V8's heap (about 270 kB) until `destroy()`.
 *
 * Not for the hot path: {@link LatencyTally} counts there.
 */

import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  type HistogramLogWriter,
  initWebAssemblySync,
  type JsHistogram,
} from 'hdr-histogram-js';
import { ToolrigError } from '../../core/errors.ts';
import { HIGHEST_TRACKABLE_NS, SIGNIFICANT_DIGITS } from './latency-layout.ts';

/** Quantiles of a histogram, in ns; all 0 when it is empty. */
export interface LatencySummary {
  readonly min: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
}

const EMPTY_SUMMARY: LatencySummary = {
  min: 0,
  p50: 0,
  p75: 0,
  p90: 0,
  p95: 0,
  p99: 0,
  p999: 0,
  p9999: 0,
  max: 0,
  mean: 0,
  stddev: 0,
};

/**
 * Loads the WebAssembly module (a few ms, once). Histograms do it themselves; calling this before
 * a measurement keeps the cost out of it.
 */
export function initHistograms(): void {
  initWebAssemblySync();
}

/**
 * Histograms that were given back, empty. The memory of WebAssembly never shrinks, and its own collector is late: what it was to
 * free makes it grow all the same.
 */
const SPARE: Histogram[] = [];
/** In the place of one that was given back, which is somebody else's by now. */
const GIVEN_BACK = new Proxy({} as Histogram, {
  get() {
    throw new Error('the histogram was destroyed');
  },
});
/** Some 300 MB. Whoever keeps more of them has their memory grow meanwhile. */
const MOST_RESERVED = 1_000;

/**
 * Makes room for so many histograms at the same time. Their memory doubles when it is full, and V8 takes the growth for a reason to
 * look for garbage: whatever runs then, for some 50 ms, is up to twice as slow.
 */
export function reserveHistograms(count: number): void {
  const made = Array.from({ length: Math.min(count, MOST_RESERVED) }, () => new LatencyHistogram());
  for (const histogram of made) histogram.destroy();
}

export class LatencyHistogram {
  #histogram: Histogram;

  constructor() {
    this.#histogram = SPARE.pop() ?? built();
  }

  /**
   * Reads what {@link LatencyHistogram.encode} or another HdrHistogram library wrote (base64, V2
   * compressed).
   *
   * @throws ToolrigError `ERR_USAGE` when `base64` is something else
   */
  static decode(base64: string): LatencyHistogram {
    const histogram = new LatencyHistogram();
    try {
      histogram.#copyBuckets(decodeFromCompressedBase64(base64, 64, false) as JsHistogram);
      return histogram;
    } catch (cause) {
      histogram.destroy();
      throw new ToolrigError(
        'ERR_USAGE',
        `histogram must be base64 of HdrHistogram's V2 compressed encoding with values up to ` +
          `${HIGHEST_TRACKABLE_NS} ns, got ${base64.length} characters starting with ` +
          `'${base64.slice(0, 12)}'. Is the file complete?`,
        { cause },
      );
    }
  }

  /** By way of the JavaScript flavour: decoding in WebAssembly loses a count of 2^31 or more. */
  #copyBuckets(source: JsHistogram): void {
    const buckets = source.recordedValuesIterator;
    buckets.reset();
    while (buckets.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = buckets.next();
      const isLast = !buckets.hasNext();
      this.record(
        isLast ? source.maxValue : source.lowestEquivalentValue(valueIteratedTo),
        countAtValueIteratedTo,
      );
    }
  }

  /** Number of recorded latencies. */
  get count(): number {
    return this.#histogram.totalCount;
  }

  /** Records `count` calls of one latency: whole ns, from 0 to {@link HIGHEST_TRACKABLE_NS}. */
  record(latencyNs: number, count = 1): void {
    this.#histogram.recordValueWithCount(latencyNs, count);
  }

  /** Adds everything that `other` holds; `other` stays as it is. */
  add(other: LatencyHistogram): void {
    this.#histogram.add(other.#histogram);
  }

  /** The latency in ns that `percentile` percent (0–100) of the calls did not exceed; 0 when empty. */
  valueAtPercentile(percentile: number): number {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return 0;
    return Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue);
  }

  /** Share of the calls, 0 to 1, that took longer than so many ns, as exactly as a bucket is wide. */
  shareAbove(latencyNs: number): number {
    const { count } = this;
    if (count === 0) return 0;
    // The number of calls that did not take longer, by bisection: percentiles rise with it.
    let [from, to] = [0, count];
    while (from < to) {
      const middle = Math.ceil((from + to) / 2);
      // Half a call less than its own percentile: rounding must not reach the next one.
      if (this.valueAtPercentile(((middle - 0.5) / count) * 100) <= latencyNs) from = middle;
      else to = middle - 1;
    }
    return 1 - from / count;
  }

  summary(): LatencySummary {
    const histogram = this.#histogram;
    if (histogram.totalCount === 0) return EMPTY_SUMMARY;
    const max = histogram.maxValue;
    // `minNonZeroValue` is what its name says; only the lowest bucket knows whether there was a 0.
    const min = histogram.getValueAtPercentile(0) === 0 ? 0 : histogram.minNonZeroValue;
    return {
      min,
      p50: this.valueAtPercentile(50),
      p75: this.valueAtPercentile(75),
      p90: this.valueAtPercentile(90),
      p95: this.valueAtPercentile(95),
      p99: this.valueAtPercentile(99),
      p999: this.valueAtPercentile(99.9),
      p9999: this.valueAtPercentile(99.99),
      max,
      // Computed from the middles of buckets, so it could fall outside of what was seen.
      mean: Math.min(Math.max(histogram.mean, min), max),
      stddev: histogram.stdDeviation,
    };
  }

  /** Base64 of HdrHistogram's V2 compressed encoding, which its tools in every language read. */
  encode(): string {
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /**
   * Writes this histogram as one line of an interval log.
   *
   * @param tag - checked by the caller: without comma or white space
   */
  logInterval(writer: HistogramLogWriter, startSec: number, endSec: number, tag: string): void {
    this.#histogram.tag = tag;
    writer.outputIntervalHistogram(this.#histogram, startSec, endSec, NS_PER_MS);
  }

  /** Gives the memory back; the histogram cannot be used afterwards. May be called again. */
  destroy(): void {
    if (this.#histogram === GIVEN_BACK) return;
    this.#histogram.reset();
    SPARE.push(this.#histogram);
    this.#histogram = GIVEN_BACK;
  }
}

function built(): Histogram {
  initHistograms();
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_TRACKABLE_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
    useWebAssembly: true,
  });
}

/** One histogram of all that the others hold; the caller destroys it. */
export function mergedHistogram(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const total = new LatencyHistogram();
  for (const histogram of histograms) total.add(histogram);
  return total;
}

/** The largest value of an interval is logged in ms, as the Java tools do. */
const NS_PER_MS = 1_000_000;
