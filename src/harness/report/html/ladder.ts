/**
 * The ladder: how many times as fast as the baseline each variant is, as bars on a logarithmic
 * scale with their intervals. Drawn as SVG beside its own figures, so that it needs no script.
 */

import type { ScenarioRecord } from '../../results/run-record.ts';
import { isBounded } from '../../stats/bootstrap.ts';
import { type Ratio, ratioBetween } from '../ratio-between.ts';
import { formatInterval, formatRatio } from '../units.ts';
import { renderTable } from './data-table.ts';
import { type Html, html } from './markup.ts';
import { colourOfVariant } from './variant-colour.ts';

/** What others are set against, where it took part: the cost of serialization first. */
const BASELINES = ['json', 'direct', 'native'];
/** Units of the drawing across; it is stretched to the width there is. */
const WIDTH = 1_000;
const HEIGHT = 20;

/** The variant that the others are set against; `undefined` where nothing was compared. */
export function baselineOf({ variants, comparisons }: ScenarioRecord): string | undefined {
  const compared = new Set(comparisons.flatMap(({ baseline, candidate }) => [baseline, candidate]));
  const present = variants.map(({ variant }) => variant).filter((name) => compared.has(name));
  return (
    BASELINES.find((name) => present.includes(name)) ??
    comparisons.find(({ baseline }) => present.includes(baseline))?.baseline
  );
}

/** The ladder of a scenario or case; `undefined` where nothing was compared. */
export function renderLadder(record: ScenarioRecord): Html | undefined {
  const baseline = baselineOf(record);
  if (baseline === undefined) return undefined;
  const rungs = record.variants.map((variant, index) => ({
    name: variant.variant,
    colour: colourOfVariant(variant.variant, index),
    callsPerSecond: variant.throughputPerSecond,
    ratio:
      variant.variant === baseline ? undefined : ratioBetween(record, baseline, variant.variant),
  }));
  const scale = scaleFor(rungs.flatMap(({ ratio }) => ratio ?? []));
  return html`<div class="ladder">${renderTable({
    caption: `Times as fast as ${baseline}`,
    header: ['variant', '← slower, faster →', `vs ${baseline}`, 'calls/s'],
    rows: rungs.map(({ name, colour, ratio, callsPerSecond }) => [
      name,
      html`<span class="bar-cell">${bar(ratio, colour, scale)}</span>`,
      name === baseline ? '×1' : ratio === undefined ? '–' : formatRatio(ratio),
      formatInterval(callsPerSecond),
    ]),
  })}</div>
<p class="legend-text">Bars to the right are faster than ${baseline}, to the left slower; the scale is logarithmic. Whiskers are 95 % intervals over rounds.</p>`;
}

/** Where a ratio lies across the drawing. */
type Placing = (ratio: number) => number;

function scaleFor(ratios: readonly Ratio[]): Placing {
  const ends = ratios.flatMap((each) => (isBounded(each) ? [each.low, each.high] : each.ratio));
  // Never less than twice as fast and as slow, so that small differences look small.
  const low = Math.log(Math.min(0.5, ...ends));
  const high = Math.log(Math.max(2, ...ends));
  return (ratio) => Math.round(((Math.log(ratio) - low) / (high - low)) * WIDTH * 10) / 10;
}

function bar(ratio: Ratio | undefined, colour: number, at: Placing): Html {
  const middle = at(1);
  const end = at(ratio?.ratio ?? 1);
  const whisker =
    ratio !== undefined && isBounded(ratio)
      ? html`<path class="whisker" d="${whiskerPath(at(ratio.low), at(ratio.high))}" vector-effect="non-scaling-stroke" fill="none"/>`
      : undefined;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="${WIDTH}" height="${HEIGHT}"/><rect class="c${colour}" x="${Math.min(middle, end)}" width="${Math.abs(end - middle)}" y="3" height="${HEIGHT - 6}"/><line class="middle" x1="${middle}" x2="${middle}" y2="${HEIGHT}" vector-effect="non-scaling-stroke"/>${whisker}</svg>`;
}

function whiskerPath(low: number, high: number): string {
  const [top, middle, bottom] = [HEIGHT * 0.28, HEIGHT / 2, HEIGHT * 0.72];
  return `M${low} ${top}V${bottom}M${low} ${middle}H${high}M${high} ${top}V${bottom}`;
}
