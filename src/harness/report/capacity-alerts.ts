/** Alerts that fit a plan: each says that one of its assumptions has stopped to hold, before callers feel it. */

import type { CapacityOption, CapacityRecord } from '../results/capacity-record.ts';
import type { Block } from './capacity-blocks.ts';
import { formatCount } from './units.ts';

/** Share of an objective at which there is still time to act. */
const EARLY = 0.8;
/** Growth that nobody would plan again for. */
const LEAST_GROWTH = 0.05;

/** The alerts of the best option, in words: metric names differ from house to house. */
export function alertBlocks(best: CapacityOption, capacity: CapacityRecord): readonly Block[] {
  const { policy, demand, objectives } = capacity;
  const planned = best.instanceRatePerSecond.median * (1 - policy.headroom);
  const loop = best.measured.sweep
    .filter(({ throughputPerSecond }) => throughputPerSecond <= best.maxRatePerSecond.median)
    .at(-1)?.eventLoopUtilization;
  return [
    {
      kind: 'list',
      items: [
        ...objectives.map(
          (objective) =>
            `warn when ${objective} is used up to ${EARLY * 100} % for 10 minutes; page when it fails for 5`,
        ),
        `warn when an instance gets more than ${formatCount(planned)} calls/s for 10 minutes: that is the headroom ` +
          'the plan keeps',
        ...(loop === null || loop === undefined
          ? []
          : [
              `warn when a replica's event loop is busy more than ${Math.round(loop * (1 - policy.headroom) * 100)} % ` +
                `for 10 minutes: at ${Math.round(loop * 100)} % it carries no more`,
            ]),
        'warn when the memory of an instance is used to 85 %',
        `warn when the peak of a week grows by more than ${formatCount(Math.max(demand.growthPerMonth, LEAST_GROWTH) * 100)} % over that of four ` +
          'weeks before: plan again',
        'page when fewer instances are healthy than the plan has without its spares',
      ],
    },
  ];
}
