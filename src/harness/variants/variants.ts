/** The cost ladder: every way to reach a service, from the floor up. */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Variant } from '../load/target.ts';
import { directVariant } from './direct.ts';
import { httpVariant } from './http.ts';
import { httpSaturationVariant } from './http-saturation.ts';
import { jsonVariant } from './json.ts';
import { nativeVariant } from './native.ts';
import { processVariant, workerVariant } from './placed.ts';
import { sdkMemoryVariant } from './sdk-memory.ts';
import { stdioVariant } from './stdio.ts';

/** All variants, cheapest first. */
export const VARIANTS: readonly Variant[] = [
  directVariant,
  nativeVariant,
  workerVariant,
  processVariant,
  jsonVariant,
  sdkMemoryVariant,
  stdioVariant,
  httpVariant,
  httpSaturationVariant,
];

/** The variant of that name. Throws `ERR_USAGE` with the nearest one when there is none. */
export function requireVariant(name: string): Variant {
  const found = VARIANTS.find((variant) => variant.name === name);
  if (found !== undefined) return found;
  const names = VARIANTS.map((variant) => variant.name);
  throw new ToolrigError('ERR_USAGE', `there is no variant '${name}'.${didYouMean(name, names)}`);
}
