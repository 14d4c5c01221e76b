/**
 * What must survive: the loss of single instances (`n+1`), and of a zone. Both are about the load that is
 * left for the rest, so both cost instances that idle on a good day.
 */

import { ToolrigError } from '../../core/errors.ts';

export interface Redundancy {
  /** Instances whose loss must not be felt: 1 of `n+1`. */
  readonly spare: number;
  /** Zones that instances are spread over; from 2 on the loss of one must not be felt. */
  readonly zones: number;
}

/**
 * Reads `none`, `n`, `n+1`, `n+2` …
 *
 * @returns the number of spare instances
 * @throws ToolrigError `ERR_USAGE`
 */
export function parseSpare(text: string): number {
  const wanted = text.trim().toLowerCase();
  if (wanted === 'none' || wanted === 'n') return 0;
  const match = /^n\s*\+\s*(\d{1,3})$/.exec(wanted);
  if (match !== null) return Number(match[1]);
  throw new ToolrigError('ERR_USAGE', `redundancy must be none, n+1, n+2 and so on, got '${text}'`);
}

/**
 * Instances to run so that `needed` are left after the worst that is planned for: spares on top; with
 * zones, a whole zone on top, and as many in each zone as in the others.
 *
 * @param needed - instances that carry the load, >= 1
 */
export function withRedundancy(needed: number, { spare, zones }: Redundancy): number {
  const withSpares = needed + spare;
  if (zones < 2) return withSpares;
  const inEachZone = Math.max(Math.ceil(needed / (zones - 1)), Math.ceil(withSpares / zones));
  return inEachZone * zones;
}
