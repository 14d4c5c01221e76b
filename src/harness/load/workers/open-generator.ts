/** Whoever is to send the calls of one variant, ready to. */

import { ToolrigError } from '../../../core/errors.ts';
import type { CallPlan, PlanSource } from '../call-plan.ts';
import { readyCalls } from '../closed-executor.ts';
import type { LoadGenerator } from '../load-generator.ts';
import { LocalGenerator } from '../local-generator.ts';
import type { Contestant } from '../measurement.ts';
import { WorkerGenerator } from './worker-generator.ts';

/**
 * This thread's own generator, or one of so many workers.
 *
 * @param source - where workers get the plan from
 * @throws (rejects) `ERR_USAGE` when workers cannot share this target or this plan; what a worker
 *   failed with when it cannot start
 */
export async function openGenerator(
  { variant, target }: Contestant,
  plan: CallPlan,
  workers: number,
  source: PlanSource | undefined,
): Promise<LoadGenerator> {
  const usage = () => target.usage();
  if (workers === 1) {
    const ready = readyCalls(plan, (operation) => target.prepare(operation));
    return new LocalGenerator(ready, target);
  }
  const { shared } = target;
  if (shared === undefined || source === undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      `workers cannot share variant '${variant}': leave them out`,
    );
  }
  return WorkerGenerator.start({ workers, variant, plan: source, servers: shared, usage });
}
