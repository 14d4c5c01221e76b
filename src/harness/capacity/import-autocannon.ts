/**
 * Results of `autocannon --json`: one run, or an array of runs at different connections.
 *
 * autocannon waits for replies, so there is no rate that was asked for, and its percentiles are those of a
 * server that is asked less while it stalls. They are whole milliseconds besides.
 */

import { inOrder, type MeasuredSweep, type SweepPoint, sweepPoint } from './measured-sweep.ts';
import { figureAt, requireFigure } from './read-figure.ts';

const NS_PER_MS = 1e6;
const QUANTILES = {
  p50: 'p50',
  p75: 'p75',
  p90: 'p90',
  p99: 'p99',
  p999: 'p99_9',
  max: 'max',
} as const;

/** @throws ToolrigError `ERR_USAGE` naming the figure that cannot be used */
export function sweepOfAutocannon(value: unknown, file: string): MeasuredSweep {
  const runs = Array.isArray(value) ? value : [value];
  return {
    source: 'autocannon',
    name: file,
    points: inOrder(runs.map((run) => pointOf(run, file))),
    warnings: [
      `${file}: a closed loop's percentiles leave out what waited for nothing to be asked ` +
        '(coordinated omission), and autocannon rounds them to whole milliseconds',
    ],
  };
}

function pointOf(run: unknown, file: string): SweepPoint {
  const total = requireFigure(run, ['requests', 'total'], file);
  const durationS = requireFigure(run, ['duration'], file);
  const failed = (figureAt(run, ['errors'], file) ?? 0) + (figureAt(run, ['non2xx'], file) ?? 0);
  const asked = total + (figureAt(run, ['errors'], file) ?? 0);
  const mean =
    figureAt(run, ['latency', 'mean'], file) ?? figureAt(run, ['latency', 'average'], file);
  const latencyNs = Object.fromEntries(
    Object.entries(QUANTILES).flatMap(([quantile, key]) => {
      const ms = figureAt(run, ['latency', key], file);
      return ms === undefined ? [] : [[quantile, ms * NS_PER_MS]];
    }),
  );
  const perSecond =
    figureAt(run, ['requests', 'average'], file) ?? (durationS === 0 ? 0 : total / durationS);
  const refused = figureAt(run, ['non2xx'], file) ?? 0;
  return sweepPoint({
    // autocannon counts every reply, whatever its status.
    throughputPerSecond: total === 0 ? 0 : perSecond * (1 - refused / total),
    concurrency: figureAt(run, ['connections'], file) ?? null,
    latencyNs,
    meanNs: mean === undefined ? null : mean * NS_PER_MS,
    errorRatio: asked === 0 ? 1 : failed / asked,
  });
}
