/**
 * The coefficients of the Universal Scalability Law that explain given points best.
 *
 * Least squares by Levenberg and Marquardt's method, unweighted as in the published fits, with σ and κ at
 * or above 0. Bounds are not left to the solver: clamping each step does not lead to the best point on
 * an edge. Instead each edge is fitted as a law of its own, and the best of them wins.
 */

import { levenbergMarquardt } from 'ml-levenberg-marquardt';

/** Throughput of `n` schedulers, instances or callers. */
export interface ScalePoint {
  readonly n: number;
  readonly throughputPerSecond: number;
}

export interface Coefficients {
  readonly lambda: number;
  readonly sigma: number;
  readonly kappa: number;
}

/** X(N). */
export function throughputOf({ lambda, sigma, kappa }: Coefficients, n: number): number {
  return (lambda * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/** Which coefficients an edge holds at 0. */
const EDGES = [
  { sigma: 1, kappa: 0 },
  { sigma: 0, kappa: 1 },
  { sigma: 0, kappa: 0 },
] as const;

/** The coefficients with the least squared error; at least three points, all of them positive. */
export function bestScalability(points: readonly ScalePoint[]): Coefficients {
  const inside = descend(points, { sigma: 1, kappa: 1 });
  if (inside.sigma >= 0 && inside.kappa >= 0) return inside;
  return EDGES.map((free) => descend(points, free))
    .filter(({ sigma, kappa }) => sigma >= 0 && kappa >= 0)
    .reduce((best, each) =>
      squaredError(points, each) < squaredError(points, best) ? each : best,
    );
}

/** Iterations between looks at whether anything still moves: the solver itself does not look. */
const STRIDE = 5;
const MOST_DAMPING = 1e-3;
/**
 * How far below 0 the solver may look, in scaled coefficients: far enough to tell that the best
 * point is out there, near enough that the law's divisor stays above 0 at every measured N.
 */
const LOWEST = -0.4;

type Free = { readonly sigma: 0 | 1; readonly kappa: 0 | 1 };

/**
 * Least squares. Coefficients are scaled so that each moves the curve about as much as the others:
 * the solver damps all of them alike. It also keeps a step that made things worse and goes on from
 * there, so it is run in short strides from the best point so far, damped more when one was in vain.
 */
function descend(points: readonly ScalePoint[], free: Free): Coefficients {
  const top = Math.max(...points.map(({ throughputPerSecond }) => throughputPerSecond));
  const largest = Math.max(...points.map(({ n }) => n));
  const start = startOf(points, largest, free);
  const scale = { lambda: start.lambda, sigma: 1 / largest, kappa: 1 / largest ** 2 };
  const toCoefficients = ([a = 0, b = 0, c = 0]: readonly number[]): Coefficients => ({
    lambda: a * scale.lambda,
    sigma: b * scale.sigma * free.sigma,
    kappa: c * scale.kappa * free.kappa,
  });
  const model = (scaled: number[]) => {
    const coefficients = toCoefficients(scaled);
    return (n: number) => throughputOf(coefficients, n) / top;
  };
  const jacobianFunction = (scaled: number[]) => {
    const { lambda, sigma, kappa } = toCoefficients(scaled);
    return (n: number) => {
      const divisor = 1 + sigma * (n - 1) + kappa * n * (n - 1);
      const slope = (-lambda * n) / divisor ** 2 / top;
      return [
        (scale.lambda * n) / divisor / top,
        slope * (n - 1) * scale.sigma * free.sigma,
        slope * n * (n - 1) * scale.kappa * free.kappa,
      ];
    };
  };
  const data = {
    x: points.map(({ n }) => n),
    y: points.map(({ throughputPerSecond }) => throughputPerSecond / top),
  };
  let best = [1, start.sigma / scale.sigma, start.kappa / scale.kappa];
  for (let damping = 1e-6; damping < MOST_DAMPING; ) {
    const { parameterValues } = levenbergMarquardt(data, model, {
      initialValues: best,
      minValues: [1e-9, LOWEST, LOWEST],
      maxIterations: STRIDE,
      damping,
      errorTolerance: 0,
      jacobianFunction,
    });
    if (parameterValues.some((value) => value <= LOWEST)) return toCoefficients(parameterValues);
    const isThere = best.every((value, index) => isNear(value, parameterValues[index] as number));
    if (isThere) damping *= 100;
    else best = parameterValues;
  }
  return toCoefficients(best);
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-10 * Math.max(1, Math.abs(a));
}

/** What σ·N and κ·N² may be at the largest N, to begin somewhere near. */
const GRID = [0, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];

/** The best point of a coarse grid; λ follows from σ and κ in closed form. */
function startOf(points: readonly ScalePoint[], largest: number, free: Free): Coefficients {
  const candidates = GRID.flatMap((a) =>
    GRID.map((b) => {
      const shape = {
        lambda: 1,
        sigma: (a / largest) * free.sigma,
        kappa: (b / largest ** 2) * free.kappa,
      };
      let [product, square] = [0, 0];
      for (const { n, throughputPerSecond } of points) {
        const value = throughputOf(shape, n);
        product += value * throughputPerSecond;
        square += value * value;
      }
      return { ...shape, lambda: product / square };
    }),
  );
  return candidates.reduce((best, each) =>
    squaredError(points, each) < squaredError(points, best) ? each : best,
  );
}

/** What is left to explain. */
export function squaredError(points: readonly ScalePoint[], law: Coefficients): number {
  return points.reduce(
    (sum, { n, throughputPerSecond }) => sum + (throughputPerSecond - throughputOf(law, n)) ** 2,
    0,
  );
}
