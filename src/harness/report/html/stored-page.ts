/** The page of a stored run: of `toolrig capacity` the plan, of all others what was measured. */

import type { RunRecord } from '../../results/run-record.ts';
import { renderCapacityHtml } from './capacity-page.ts';
import type { PageAssets } from './page.ts';
import { type RunPageOptions, renderRunHtml } from './run-page.ts';

/** The text of the page. */
export function renderStoredHtml(
  record: RunRecord,
  assets: PageAssets,
  options?: RunPageOptions,
): string {
  const { capacity } = record;
  return capacity === undefined
    ? renderRunHtml(record, assets, options)
    : renderCapacityHtml(record, capacity, assets, options);
}
