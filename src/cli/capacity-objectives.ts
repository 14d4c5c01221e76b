/** Reads `--slo 'p99<5ms, errors<0.1%'` with the grammar of thresholds, and keeps to what a sweep can be held against. */

import { ToolrigError } from '../core/errors.ts';
import { SWEEP_QUANTILES } from '../harness/capacity/measured-sweep.ts';
import type { Objective } from '../harness/capacity/objective.ts';
import { parseThreshold } from '../harness/load/threshold.ts';

const METRICS = [...SWEEP_QUANTILES, 'errors'] as const;

/**
 * The objectives, in the order given.
 *
 * @throws ToolrigError `ERR_USAGE` naming the one that cannot be used
 */
export function parseObjectives(text: string): readonly Objective[] {
  return text.split(',').map((part): Objective => {
    const { expression, metric, operator, limit, variant } = parseThreshold(part);
    const known = METRICS.find((each) => each === metric);
    if (known === undefined || variant !== undefined || operator.startsWith('>')) {
      throw new ToolrigError(
        'ERR_USAGE',
        `objective '${expression}' cannot be used: write an upper bound of ${METRICS.join(', ')}, as in p99<5ms`,
      );
    }
    return { expression, metric: known, limit, isInclusive: operator === '<=' };
  });
}
