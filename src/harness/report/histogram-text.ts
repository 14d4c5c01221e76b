/**
 * A latency histogram for the terminal: rows of equal width on a logarithmic scale, each with the
 * share of calls that took so long, and the percentiles that fall into it.
 */

import type { RunRecord, VariantRecord } from '../results/run-record.ts';
import { measurementName } from '../results/scenario-group.ts';
import { hasCallsAbove } from '../stats/calls-above.ts';
import { LatencyHistogram } from '../stats/latency-histogram.ts';
import { inertText } from './plain-text.ts';
import { formatCount, formatNs } from './units.ts';

const ROWS = 16;
const BAR_WIDTH = 50;
const NAMED = [50, 90, 99, 99.9, 99.99];
/** An eighth more each. */
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/** Halvings that find a share to the last call of a billion. */
const STEPS = 40;

/** One for each variant of each scenario that was timed; ends with a newline. */
export function renderHistograms({ scenarios }: RunRecord): string {
  return scenarios
    .flatMap(({ name, variants }) =>
      variants.map((variant) => drawHistogram(measurementName(name, variant.variant), variant)),
    )
    .filter((drawing) => drawing !== '')
    .join('\n');
}

/** Empty where no call was timed. */
function drawHistogram(title: string, { histogram }: VariantRecord): string {
  const decoded = LatencyHistogram.decode(histogram);
  try {
    if (decoded.count === 0) return '';
    const edges = edgesOf(decoded);
    const upTo = edges.map((ns) => shareUpTo(decoded, ns));
    const shares = edges
      .slice(1)
      .map((_, i) => (upTo[i + 1] ?? 1) - (i === 0 ? 0 : (upTo[i] ?? 0)));
    const largest = Math.max(...shares);
    const labels = edges.map(formatNs);
    const width = Math.max(...labels.map(({ length }) => length));
    const lines = shares.map((share, i) => {
      const from = i === 0 ? 0 : (edges[i] as number);
      const named = NAMED.filter((percentile) => {
        if (!hasCallsAbove(percentile, decoded.count)) return false;
        const ns = decoded.valueAtPercentile(percentile);
        return ns > from && ns <= (edges[i + 1] as number);
      });
      const marks = named.length === 0 ? '' : `  ← ${named.map((each) => `p${each}`).join(', ')}`;
      const label = `${labels[i]?.padStart(width)} – ${labels[i + 1]?.padStart(width)}`;
      return `  ${label} │${bar(share / largest).padEnd(BAR_WIDTH)} ${percent(share)}${marks}`.trimEnd();
    });
    return [`${inertText(title)}: ${formatCount(decoded.count)} calls`, ...lines, ''].join('\n');
  } finally {
    decoded.destroy();
  }
}

/** From the shortest to the longest call, in equal steps of the logarithm. */
function edgesOf(histogram: LatencyHistogram): number[] {
  const { min, max } = histogram.summary();
  const low = Math.max(1, min);
  if (max <= low) return [low, Math.max(max, low)];
  return Array.from({ length: ROWS + 1 }, (_, i) => low * (max / low) ** (i / ROWS));
}

/** The share of calls that took at most `ns`. */
function shareUpTo(histogram: LatencyHistogram, ns: number): number {
  let [low, high] = [0, 1];
  if (histogram.valueAtPercentile(100) <= ns) return 1;
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (histogram.valueAtPercentile(middle * 100) <= ns) low = middle;
    else high = middle;
  }
  return low;
}

function bar(share: number): string {
  const eighths = Math.round(share * BAR_WIDTH * 8);
  // What is there is seen, however little it is.
  if (eighths === 0 && share > 0) return PARTS[1] as string;
  return '█'.repeat(eighths >> 3) + PARTS[eighths & 7];
}

function percent(share: number): string {
  if (share <= 1e-9) return '';
  const value = share * 100;
  return `${value < 0.001 ? '< 0.001' : value.toFixed(value < 0.1 ? 3 : 1)} %`.padStart(9);
}
