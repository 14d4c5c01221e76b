/** Finds the name that somebody probably meant, for messages about unknown names. */

import { closest, distance } from 'fastest-levenshtein';

/** The candidate nearest to `given`, or `undefined` when none is near enough to be a typing error. */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates];
  if (names.length === 0) return undefined;
  const found = closest(given, names);
  return distance(given, found) <= Math.max(2, given.length / 3) ? found : undefined;
}

/** `" Did you mean 'x'?"`, or else the list of what exists; ready to be appended to a message. */
export function didYouMean(given: string, candidates: Iterable<string>): string {
  const names = [...candidates];
  const found = nearest(given, names);
  if (found !== undefined) return ` Did you mean '${found}'?`;
  return names.length === 0 ? '' : ` There is: ${names.join(', ')}.`;
}
