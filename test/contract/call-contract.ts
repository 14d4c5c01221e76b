/**
 * The call contract: what every variant owes its callers, so that comparing their speed is fair.
 * A new variant joins by one line in `variants.test.ts`.
 *
 * What it promises of order: calls made one after the other are handled in that order, everywhere.
 * Calls in flight together are handled in the order in which they were made where one channel
 * carries them all; HTTP sends each on a socket of its own, so there they may overtake each other
 * (`overtaking: 'possible'`). None is lost or handled twice in either case.
 */

import { after, before, describe } from 'node:test';
import type { Variant } from '../../src/harness/load/target.ts';
import { testConcurrency } from './concurrency-contract.ts';
import { ContractBench, type Overtaking } from './contract-bench.ts';
import { testDeadlines } from './deadline-contract.ts';
import { testErrors } from './error-contract.ts';
import { testResults } from './result-contract.ts';

/** Where variants may differ. */
export interface VariantTraits {
  /** Whether calls in flight together may be handled in another order. Default: `never`. */
  readonly overtaking?: Overtaking;
}

/** Registers the contract's tests for one variant, which is opened once for all of them. */
export function describeCallContract(variant: Variant, traits: VariantTraits = {}): void {
  const { overtaking = 'never' } = traits;
  describe(`the call contract by ${variant.name}`, () => {
    const bench = new ContractBench(variant, overtaking);
    before(() => bench.open());
    after(() => bench.close());
    testResults(bench);
    testDeadlines(bench);
    testConcurrency(bench, overtaking);
    testErrors(bench);
  });
}
