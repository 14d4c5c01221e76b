/**
 * What was measured of one way of hosting, and the models that fit it: the part of a plan that asks for no load. A
 * model that the points cannot tell says why.
 */

import type {
  CapacityMeasurement,
  CapacityScaling,
  CapacitySweepPoint,
  Fit,
} from '../results/capacity-record.ts';
import type { Interval } from '../stats/bootstrap.ts';
import { fitted, notIdentifiable } from './fit.ts';
import { observedKnee } from './knee.ts';
import { checkLittlesLaw } from './littles-law.ts';
import { rateOf, type SweepPoint } from './measured-sweep.ts';
import { keepsUp } from './objective.ts';
import { type Bottleneck, predictLatencies } from './queue-predictions.ts';
import { fitScalability } from './scalability.ts';
import { fitServiceDemand, type ServiceDemand, saturationRate } from './service-demand.ts';
import type { VariantEvidence } from './variant-evidence.ts';

/** As the record of the option holds it. */
export function fitModels(evidence: VariantEvidence, random: () => number): CapacityMeasurement {
  const { sweep } = evidence;
  const kept = sweep.points.filter(keepsUp);
  const knee = observedKnee(sweep);
  const loopDemand = demandOf(
    kept,
    (point) => point.eventLoopUtilization,
    'event-loop utilization',
  );
  const cpuDemand = demandOf(kept, (point) => point.busyCores, 'CPU time');
  return {
    sweep: sweep.points.map(recordOf),
    rates: evidence.rates ?? [],
    knee,
    predictedKnee:
      loopDemand.state === 'fitted' ? fitted(saturationRate(loopDemand.model, 1)) : loopDemand,
    cpuDemandNs: cpuDemand.state === 'fitted' ? fitted(cpuDemand.model.demandNs) : cpuDemand,
    predictions: predictLatencies(sweep.points, bottleneckOf(knee, evidence)),
    scaling: scalingOf(evidence, random),
    littlesLaw: [...kept, ...(evidence.counted ?? [])].flatMap((point) => {
      const { inFlight, meanNs, throughputPerSecond } = point;
      if (inFlight === null || meanNs === null) return [];
      const { expected, holds } = checkLittlesLaw(inFlight, throughputPerSecond, meanNs);
      return [{ ratePerSecond: rateOf(point), inFlight, expected, holds }];
    }),
    operations: evidence.operations,
    rssBytes: evidence.rssBytes,
    bytesPerService: evidence.bytesPerService,
    bytesPerSession: evidence.bytesPerSession ?? null,
    coldStartMs: evidence.coldStartMs,
    warnings: sweep.warnings,
  };
}

function demandOf(
  points: readonly SweepPoint[],
  busyOf: (point: SweepPoint) => number | null,
  what: string,
): Fit<ServiceDemand> {
  const busy = points.flatMap((point) => {
    const value = busyOf(point);
    return value === null ? [] : [{ throughputPerSecond: point.throughputPerSecond, busy: value }];
  });
  return busy.length === 0 ? notIdentifiable(`${what} was not measured`) : fitServiceDemand(busy);
}

function bottleneckOf(
  knee: Fit<Interval>,
  { idleQuantileNs, servers = 1 }: VariantEvidence,
): Fit<Bottleneck> {
  if (knee.state !== 'fitted') return knee;
  if (idleQuantileNs === undefined) {
    return notIdentifiable('the time of a call when nothing is in its way was not measured');
  }
  return fitted({ kneePerSecond: knee.model.median, servers, idleQuantileNs });
}

/** Over schedulers where they were varied, else over the callers of a closed loop. */
function scalingOf(evidence: VariantEvidence, random: () => number): Fit<CapacityScaling> {
  const { scaling, scalingProblem, sweep } = evidence;
  const byCallers = sweep.points.flatMap((point) =>
    point.concurrency === null
      ? []
      : [{ n: point.concurrency, throughputPerSecond: point.throughputPerSecond }],
  );
  const [over, points] =
    scaling.length > 0 ? (['schedulers', scaling] as const) : (['callers', byCallers] as const);
  if (points.length === 0) {
    return notIdentifiable(scalingProblem ?? 'neither schedulers nor callers were varied');
  }
  const fit = fitScalability(points, random);
  if (fit.state !== 'fitted') return fit;
  const { lambda, sigma, kappa, knee, rSquared, warnings } = fit.model;
  return fitted({
    over,
    points,
    lambda,
    sigma,
    kappa,
    knee: knee.state === 'observed' ? knee.n : null,
    rSquared,
    warnings: knee.state === 'observed' ? warnings : [...warnings, knee.reason],
  });
}

function recordOf(point: SweepPoint): CapacitySweepPoint {
  const { latencyNs, ...rest } = point;
  return { ...rest, p50: latencyNs.p50 ?? null, p99: latencyNs.p99 ?? null };
}
