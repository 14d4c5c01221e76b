/**
 * What comes of fitting a model: the model, or why the data cannot identify it. A model that is
 * refused is a result like any other and is printed; a guess in its place would not be.
 */

import type { Fit } from '../results/capacity-record.ts';

export type { Fit };

export function fitted<T>(model: T): Fit<T> {
  return { state: 'fitted', model };
}

/** @param why - what the data lack: `it needs 6 points, got 2` */
export function notIdentifiable(why: string): Fit<never> {
  return { state: 'not-identifiable', reason: `not identifiable: ${why}` };
}
