/** Every variant but `direct`, which is a function and nothing else: a new one joins by its line. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Variant } from '../../src/harness/load/target.ts';
import { httpVariant } from '../../src/harness/variants/http.ts';
import { httpSaturationVariant } from '../../src/harness/variants/http-saturation.ts';
import { jsonVariant } from '../../src/harness/variants/json.ts';
import { nativeVariant } from '../../src/harness/variants/native.ts';
import { processVariant, workerVariant } from '../../src/harness/variants/placed.ts';
import { sdkMemoryVariant } from '../../src/harness/variants/sdk-memory.ts';
import { stdioVariant } from '../../src/harness/variants/stdio.ts';
import { VARIANTS } from '../../src/harness/variants/variants.ts';
import { describeCallContract, type VariantTraits } from './call-contract.ts';

const UNDER_CONTRACT: readonly (readonly [Variant, VariantTraits?])[] = [
  [nativeVariant],
  [workerVariant],
  [processVariant],
  [jsonVariant],
  [sdkMemoryVariant],
  [stdioVariant],
  [httpVariant, { overtaking: 'possible' }],
  [httpSaturationVariant, { overtaking: 'possible' }],
];

for (const [variant, traits] of UNDER_CONTRACT) describeCallContract(variant, traits);

test('every entry of the ladder loads the variant of its name', async () => {
  for (const { name, load } of VARIANTS) assert.equal((await load()).name, name);
});

test('every variant but the floor is under the call contract', () => {
  const under = UNDER_CONTRACT.map(([variant]) => variant.name);
  const expected = VARIANTS.map(({ name }) => name).filter((name) => name !== 'direct');
  assert.deepEqual(under.toSorted(), expected.toSorted());
});
