import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pageAssets } from '../../src/cli/page-assets.ts';
import { renderCapacityHtml } from '../../src/harness/report/html/capacity-page.ts';
import {
  assertAccessible,
  assertFits,
  browserIsMissing,
  startBrowser,
  type TestBrowser,
} from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { sampleCapacity } from '../helpers/sample-capacity.ts';
import { sampleRecord } from '../helpers/sample-record.ts';

describe('capacity.html in a browser', { skip: browserIsMissing() }, () => {
  const folder = temporaryFolder('capacity-pages');
  const file = join(folder, 'capacity.html');
  writeFileSync(file, renderCapacityHtml(sampleRecord(), sampleCapacity(), pageAssets()));
  const address = pathToFileURL(file).href;
  let browser: TestBrowser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());

  for (const theme of ['light', 'dark'] as const) {
    test(`is without errors, requests and barriers (${theme})`, async () => {
      const { page, problems } = await browser.open(address, { theme });
      await assertAccessible(page);
      await page.close();
      assert.deepEqual(problems, []);
    });
  }

  test('fits a phone', async () => {
    const { page } = await browser.open(address, { width: 390 });
    await assertFits(page);
    await page.close();
  });
});
