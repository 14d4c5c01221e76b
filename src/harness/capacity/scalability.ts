/**
 * The Universal Scalability Law (N. J. Gunther, "Guerrilla Capacity Planning", 2007, ch. 4–6):
 *
 *   X(N) = λN / (1 + σ(N − 1) + κN(N − 1))
 *
 * λ is the throughput of one, σ the share of the work that has to queue, κ the price of agreeing. With
 * κ > 0 throughput peaks at N* = √((1 − σ)/κ) and falls beyond it.
 *
 * Intervals come from a bootstrap of residuals (Efron & Tibshirani, 1993, §9.4): points are few and
 * their N chosen, so resampling the points themselves would leave out whole parts of the curve.
 */

import type { Interval } from '../stats/bootstrap.ts';
import { type Fit, fitted, notIdentifiable } from './fit.ts';
import {
  bestScalability,
  type Coefficients,
  type ScalePoint,
  squaredError,
  throughputOf,
} from './scalability-fit.ts';

export interface ScalabilityLaw {
  /** λ: calls/s of one. */
  readonly lambda: Interval;
  /** σ, contention: 0 and above. */
  readonly sigma: Interval;
  /** κ, coherency: 0 and above. */
  readonly kappa: Interval;
  /** N*, where throughput peaks, or that no peak can be told from the data. */
  readonly knee:
    | { readonly state: 'observed'; readonly n: Interval }
    | { readonly state: 'not-observed'; readonly reason: string };
  /** Share of the variance that the law explains. */
  readonly rSquared: number;
  readonly largestMeasuredN: number;
  readonly warnings: readonly string[];
}

export interface ScalabilityOptions {
  /** Bootstrap samples. Default: 400. */
  readonly resamples?: number;
}

const FEWEST_POINTS = 6;
/** Three coefficients and one more, or the law goes through the points whatever they are. */
const FEWEST_DIFFERENT = 4;
/** How far beyond the largest measured N the law is believed. */
export const FURTHEST_EXTRAPOLATION = 2;

/** The law that explains the points best, with 95 % intervals. */
export function fitScalability(
  points: readonly ScalePoint[],
  random: () => number,
  { resamples = 400 }: ScalabilityOptions = {},
): Fit<ScalabilityLaw> {
  const different = new Set(points.map(({ n }) => n)).size;
  if (points.length < FEWEST_POINTS) {
    return notIdentifiable(
      `the scalability law has three coefficients and needs ${FEWEST_POINTS} points, got ${points.length}`,
    );
  }
  if (different < FEWEST_DIFFERENT) {
    return notIdentifiable(
      `the scalability law needs ${FEWEST_DIFFERENT} different N, got ${different}`,
    );
  }
  const bad = points.find(
    ({ n, throughputPerSecond }) =>
      !(n >= 1 && throughputPerSecond > 0 && Number.isFinite(throughputPerSecond)),
  );
  if (bad !== undefined) {
    return notIdentifiable(
      `N must be at least 1 and throughput > 0, got ${bad.throughputPerSecond}/s at N = ${bad.n}`,
    );
  }
  const best = bestScalability(points);
  const samples = resampledFits(points, best, random, resamples);
  const intervalOf = (pick: (each: Coefficients) => number): Interval =>
    percentiles(samples.map(pick), pick(best));
  const law = {
    lambda: intervalOf(({ lambda }) => lambda),
    sigma: intervalOf(({ sigma }) => sigma),
    kappa: intervalOf(({ kappa }) => kappa),
    rSquared: rSquared(points, best),
    largestMeasuredN: Math.max(...points.map(({ n }) => n)),
  };
  return fitted({ ...law, ...kneeOf(law, intervalOf(peakOf)) });
}

/** What the law gives for `n`, and whether that is further out than it may be believed. */
export function throughputAt(
  law: ScalabilityLaw,
  n: number,
): { readonly perSecond: number; readonly isExtrapolated: boolean } {
  return {
    perSecond: throughputOf(
      { lambda: law.lambda.median, sigma: law.sigma.median, kappa: law.kappa.median },
      n,
    ),
    isExtrapolated: n > law.largestMeasuredN * FURTHEST_EXTRAPOLATION,
  };
}

function kneeOf(
  { kappa, largestMeasuredN }: { kappa: Interval; largestMeasuredN: number },
  n: Interval,
): Pick<ScalabilityLaw, 'knee' | 'warnings'> {
  if (kappa.low <= 0) {
    const reason =
      'no knee observed: the interval of κ reaches 0, so throughput may as well level off';
    return { knee: { state: 'not-observed', reason }, warnings: [] };
  }
  const isFar = n.median > largestMeasuredN * FURTHEST_EXTRAPOLATION;
  const warning =
    `the knee at N = ${n.median.toFixed(1)} is more than ${FURTHEST_EXTRAPOLATION} times the largest ` +
    `measured N of ${largestMeasuredN}: measure further out before relying on it`;
  return { knee: { state: 'observed', n }, warnings: isFar ? [warning] : [] };
}

function peakOf({ sigma, kappa }: Coefficients): number {
  return kappa > 0 ? Math.sqrt(Math.max(0, 1 - sigma) / kappa) : Number.MAX_VALUE;
}

/** Laws fitted to the best one's values with its residuals dealt out anew. */
function resampledFits(
  points: readonly ScalePoint[],
  best: Coefficients,
  random: () => number,
  resamples: number,
): readonly Coefficients[] {
  // Residuals of a fit with three coefficients are too small by this much.
  const widen = Math.sqrt(points.length / (points.length - 3));
  const residuals = points.map(
    ({ n, throughputPerSecond }) => (throughputPerSecond - throughputOf(best, n)) * widen,
  );
  return Array.from({ length: resamples }, () => {
    const sample = points.map(({ n }) => {
      const residual = residuals[Math.floor(random() * residuals.length)] ?? 0;
      // Noise can take a small throughput below 0, which no measurement does.
      return {
        n,
        throughputPerSecond: Math.max(throughputOf(best, n) + residual, Number.MIN_VALUE),
      };
    });
    return bestScalability(sample);
  });
}

function percentiles(values: readonly number[], observed: number): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const outside = Math.floor(sorted.length * 0.025);
  return {
    median: observed,
    low: sorted[outside] ?? observed,
    high: sorted[sorted.length - 1 - outside] ?? observed,
  };
}

function rSquared(points: readonly ScalePoint[], law: Coefficients): number {
  const mean = points.reduce((sum, each) => sum + each.throughputPerSecond, 0) / points.length;
  const total = points.reduce((sum, each) => sum + (each.throughputPerSecond - mean) ** 2, 0);
  return total === 0 ? 0 : 1 - squaredError(points, law) / total;
}
