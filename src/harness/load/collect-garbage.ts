/**
 * A full collection on demand, so that what is left of the heap is what is really held: between
 * two collections of V8's own the heap also holds minutes of garbage, and rises and falls with it.
 *
 * The collector is got at without a flag on the command line, as V8's own tests do it.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | undefined;

/** Stops everything for a full collection: some 10 ms, so never within what is being timed. */
export function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
