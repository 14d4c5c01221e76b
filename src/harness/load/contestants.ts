/**
 * Opens the variants that a scenario is measured on, and closes them again whatever happens. Its
 * services may write files: they get a folder that is there as long as the variants are.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { faultKindsOf } from './chaos-requirements.ts';
import type { Contestant } from './measurement.ts';
import type { Scenario, ServiceSource } from './scenario.ts';
import type { Target, Variant } from './target.ts';

/**
 * Calls `use` while all variants are open.
 *
 * @param onStep - hears what is under way. Default: nobody does.
 * @throws `ERR_TARGET` when one of them, or the scenario's services, cannot be opened
 */
export async function withContestants(
  scenario: Scenario,
  variants: readonly Variant[],
  use: (contestants: readonly Contestant[]) => Promise<void>,
  onStep: (where: string) => void = () => {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'toolrig-'));
  const contestants: Contestant[] = [];
  try {
    const services = await started(`the services of scenario '${scenario.name}'`, async () =>
      typeof scenario.services === 'function' ? scenario.services(folder) : scenario.services,
    );
    for (const variant of variants) {
      onStep(`the opening of variant '${variant.name}'`);
      const target = await started(`variant '${variant.name}'`, () =>
        opened(variant, scenario, services),
      );
      contestants.push({ variant: variant.name, target });
    }
    await use(contestants);
  } finally {
    // One that cannot be closed, perhaps since it is dead, must not keep the others open.
    await Promise.allSettled(contestants.map(({ target }) => target.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens a variant, under a supervisor where the scenario breaks services. */
function opened(
  variant: Variant,
  scenario: Scenario,
  services: Readonly<Record<string, ServiceSource>>,
): Promise<Target> {
  const { supervision } = variant;
  if (supervision === undefined || faultKindsOf(scenario).length === 0) {
    return variant.open(services);
  }
  return supervision.open(services);
}

/** Starts something that is to be measured; what is no error of ours becomes `ERR_TARGET`. */
async function started<T>(what: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    if (cause instanceof ToolrigError) throw cause;
    throw new ToolrigError('ERR_TARGET', `${what} did not start: ${messageOf(cause)}`, { cause });
  }
}
