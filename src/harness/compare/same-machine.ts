/** Whether two runs were made on the same machine, as far as figures depend on it. */

import type { Environment } from '../results/environment.ts';

/** What goes into the fingerprint, and can be named. */
const NAMED = [
  'cpuModel',
  'logicalCpus',
  'availableParallelism',
  'memoryBytes',
  'os',
  'arch',
  'node',
  'v8',
] as const satisfies readonly (keyof Environment)[];

/**
 * What differs, to be put behind a sentence: `: node 18.0.0 and 20.20.2`, or nothing when it cannot be
 * named; `undefined` when the fingerprints are equal.
 */
export function differencesBetween(one: Environment, two: Environment): string | undefined {
  if (one.fingerprint === two.fingerprint) return undefined;
  const different = NAMED.filter((name) => one[name] !== two[name]);
  const words = different.map((name) => `${name} ${one[name]} and ${two[name]}`).join(', ');
  return words === '' ? '' : `: ${words}`;
}
