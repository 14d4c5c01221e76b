/** Finds the name that somebody probably meant, for messages about unknown names. */

import { distance } from 'fastest-levenshtein';

/** More than the error of a single letter, less than any two. */
const BEGINNING = 1.5;
/** Of a name that is right but for its unit. */
const NO_UNIT = 0.5;
const UNIT = /(?<=[a-z])(Ms|Ns|Bytes|Seconds)$/;

/**
 * The candidate nearest to `given`, be it by letters or since it begins so; `undefined` when none is near enough to
 * be a typing error.
 */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates];
  const mostErrors = Math.max(2, given.length / 3);
  const [found] = names
    .map((name) => ({ name, errors: leastErrors(given, name, mostErrors) }))
    .filter(({ errors }) => errors <= mostErrors)
    .toSorted((a, b) => a.errors - b.errors || a.name.length - b.name.length);
  return found?.name;
}

/** Names of numbers end with their unit, which is easily left out. */
function leastErrors(given: string, name: string, mostErrors: number): number {
  const errors = countErrors(given, name, mostErrors);
  const bare = name.replace(UNIT, '');
  return bare === name ? errors : Math.min(errors, countErrors(given, bare, mostErrors) + NO_UNIT);
}

/**
 * Letters too many, missing or wrong. Two that were swapped are one error of whoever types and two of Levenshtein's: the
 * best of such swaps is looked for where one error less would do.
 */
function countErrors(given: string, name: string, mostErrors: number): number {
  let errors = distance(given, name);
  if (given !== '' && name.startsWith(given)) return Math.min(errors, BEGINNING);
  if (errors > mostErrors + 1) return errors;
  for (let index = 1; index < given.length; index++) {
    const pair = `${given[index]}${given[index - 1]}`;
    const swapped = `${given.slice(0, index - 1)}${pair}${given.slice(index + 1)}`;
    errors = Math.min(errors, distance(swapped, name) + 1);
  }
  return errors;
}

/** `" Did you mean 'x'?"`, or else the list of what exists; ready to be appended to a message. */
export function didYouMean(given: string, candidates: Iterable<string>): string {
  const names = [...candidates];
  const found = nearest(given, names);
  if (found !== undefined) return ` Did you mean '${found}'?`;
  return names.length === 0 ? '' : ` There is: ${names.join(', ')}.`;
}
