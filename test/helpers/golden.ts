/**
 * Compares rendered text with a file in test/golden/. To accept a change on purpose, run the test
 * with UPDATE_GOLDEN=1 and read the difference before committing it.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

/** From dist/test/helpers/ to the sources: `tsc` does not copy what it does not compile. */
const GOLDEN_URL = new URL('../../../test/golden/', import.meta.url);

/** Fails unless `actual` is what test/golden/`name` holds. */
export function assertGolden(name: string, actual: string): void {
  const file = new URL(name, GOLDEN_URL);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'));
}
