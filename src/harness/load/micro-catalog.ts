/**
 * Finds micro-benchmarks by name: those that are built beside this package, `bench/<name>.bench.js`.
 */

import { readdir } from 'node:fs/promises';
import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { MicroBench } from './micro-bench.ts';

const SUFFIX = '.bench.js';
/** Seen from `dist/src/harness/load/`. */
const BUILT_BENCHES = new URL('../../../bench/', import.meta.url);

/** Names of the benches in `directory`, in alphabetical order. Default: the package's own. */
export async function listMicroBenchNames(directory: URL = BUILT_BENCHES): Promise<string[]> {
  const files = await readdir(directory);
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .toSorted();
}

/**
 * Loads benches, in the order of `names`. Default: all there are, by name.
 *
 * @param directory - URL with a slash at its end; where built benches lie
 * @throws `ERR_USAGE` for a name that no bench has, and for a file that exports none
 */
export async function loadMicroBenches(
  names: readonly string[] = [],
  directory: URL = BUILT_BENCHES,
): Promise<MicroBench[]> {
  const known = await listMicroBenchNames(directory);
  const wanted = names.length === 0 ? known : [...new Set(names)];
  for (const name of wanted) {
    if (!known.includes(name)) {
      throw new ToolrigError('ERR_USAGE', `there is no bench '${name}'.${didYouMean(name, known)}`);
    }
  }
  return Promise.all(wanted.map((name) => loadBench(new URL(name + SUFFIX, directory), name)));
}

async function loadBench(file: URL, name: string): Promise<MicroBench> {
  const { bench } = (await import(file.href)) as { bench?: MicroBench };
  if (bench?.name === name) return bench;
  throw new ToolrigError(
    'ERR_USAGE',
    `${file.pathname} must export const bench = defineMicroBench({ name: '${name}', … }), ` +
      (bench === undefined ? 'and has no such export' : `but its name is '${bench.name}'`),
  );
}
