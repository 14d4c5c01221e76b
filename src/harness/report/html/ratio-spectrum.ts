/**
 * How many times as fast each variant is as the baseline, at each percentile: a variant may win at
 * the median and lose in the tail. Ratios are paired by round; the band is their 95 % interval.
 */

import type { ScenarioRecord, VariantRecord } from '../../results/run-record.ts';
import { isBounded, pairedRatio } from '../../stats/bootstrap.ts';
import { seededRandom } from '../../stats/random.ts';
import type { Chart, Series } from './figure.ts';
import { baselineOf } from './ladder.ts';
import { roundPercentiles } from './spectrum.ts';
import { colourOfVariant } from './variant-colour.ts';

/** Enough for a band that is drawn, not judged by. */
const RESAMPLES = 500;

/** `undefined` where no two variants were compared, or rounds have nothing in common. */
export function ratioSpectrum(record: ScenarioRecord): Chart | undefined {
  const baseline = baselineOf(record);
  const base = record.variants.find(({ variant }) => variant === baseline);
  if (base === undefined) return undefined;
  const percentiles = roundPercentiles();
  const series = record.variants.flatMap((variant, index): Series[] => {
    if (variant === base) return [];
    // A p99 of fewer than a hundred calls is their slowest.
    const fewest = fewestCalls([base, variant]);
    const ratios = percentiles.map(({ tail, of }) =>
      tail > fewest ? undefined : ratioAt(base, variant, of),
    );
    if (ratios.filter((ratio) => ratio !== undefined).length < 2) return [];
    const bounded = (pick: 'low' | 'high') =>
      ratios.map((ratio) => (ratio !== undefined && isBounded(ratio) ? ratio[pick] : null));
    return [
      {
        group: variant.variant,
        colour: colourOfVariant(variant.variant, index),
        values: ratios.map((ratio) => ratio?.median ?? null),
        band: { low: bounded('low'), high: bounded('high') },
      },
    ];
  });
  if (series.length === 0) return undefined;
  return {
    title: `Against ${base.variant} by percentile`,
    about: `Latency of ${base.variant} over that of each variant, paired by round: above the line, the variant is faster. The band is the 95 % interval over rounds.`,
    xAxis: { label: 'percentile', scale: 'tail', unit: 'tail' },
    yAxis: { label: 'times as fast', scale: 'log', unit: 'times' },
    x: percentiles.map(({ tail }) => tail),
    series,
    level: { y: 1, text: `as fast as ${base.variant}` },
  };
}

function ratioAt(
  base: VariantRecord,
  variant: VariantRecord,
  of: (round: VariantRecord['rounds'][number]) => number,
) {
  const own = new Map(variant.rounds.map((each) => [each.round, of(each)]));
  const pairs = base.rounds
    .map((each) => [of(each), own.get(each.round) ?? 0] as const)
    .filter(([left, right]) => left > 0 && right > 0);
  if (pairs.length === 0) return undefined;
  return pairedRatio(
    pairs.map(([left]) => left),
    pairs.map(([, right]) => right),
    seededRandom(1),
    { resamples: RESAMPLES },
  );
}

function fewestCalls(variants: readonly VariantRecord[]): number {
  return Math.min(
    ...variants.flatMap(({ rounds }) => rounds.map(({ calls, failed }) => calls - failed)),
  );
}
