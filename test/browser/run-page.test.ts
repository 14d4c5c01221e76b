import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { pageAssets } from '../../src/cli/page-assets.ts';
import { renderCapacityHtml } from '../../src/harness/report/html/capacity-page.ts';
import { renderRunHtml } from '../../src/harness/report/html/run-page.ts';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import {
  assertAccessible,
  assertFits,
  describeInBrowser,
  startBrowser,
  type TestBrowser,
} from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';
import { sampleCapacity } from '../helpers/sample-capacity.ts';
import {
  chaosRecord,
  hostileRecord,
  maxRateRecord,
  sampleRecord,
} from '../helpers/sample-record.ts';

describeInBrowser('report.html in a browser', () => {
  const folder = temporaryFolder('pages');
  let browser: TestBrowser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser?.close());

  const writePage = (name: string, text: string) => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, text);
    return pathToFileURL(file).href;
  };
  const write = (name: string, record: RunRecord) =>
    writePage(name, renderRunHtml(record, pageAssets()));

  const records = {
    costs: sampleRecord(),
    chaos: chaosRecord(),
    // An open loop, with the chart of the rates that were tried.
    open: maxRateRecord(),
  };
  for (const [name, record] of Object.entries(records)) {
    for (const theme of ['light', 'dark'] as const) {
      test(`is without errors, requests and barriers (${name}, ${theme})`, async () => {
        const { page, problems } = await browser.open(write(name, record), { theme });
        await drawAll(page);
        await assertAccessible(page);
        await page.close();
        assert.deepEqual(problems, []);
      });
    }
  }

  test('has a sister in the page of a capacity plan, which is as well made', async () => {
    const url = writePage(
      'capacity',
      renderCapacityHtml(sampleRecord(), sampleCapacity(), pageAssets()),
    );
    for (const look of [{ theme: 'light' }, { theme: 'dark', width: 390 }] as const) {
      const { page, problems } = await browser.open(url, look);
      await drawAll(page);
      await assertFits(page);
      await assertAccessible(page);
      await page.close();
      assert.deepEqual(problems, []);
    }
  });

  test('draws every chart', async () => {
    const { page } = await browser.open(write('drawn', sampleRecord()));
    await drawAll(page);
    const [figures, canvases] = await Promise.all([
      page.locator('figure.chart').count(),
      page.locator('figure.chart canvas').count(),
    ]);
    assert.ok(figures > 10);
    assert.equal(canvases, figures);
    await page.close();
  });

  test('fits a phone, and is without barriers there', async () => {
    const { page, problems } = await browser.open(write('narrow', sampleRecord()), { width: 390 });
    await drawAll(page);
    await assertFits(page);
    await assertAccessible(page);
    await page.close();
    assert.deepEqual(problems, []);
  });

  test('can be used by the keyboard alone', async () => {
    const { page } = await browser.open(write('keys', sampleRecord()));
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'content');
    const plot = page.locator('.plot').first();
    await plot.scrollIntoViewIfNeeded();
    await plot.locator('canvas').waitFor();
    await plot.focus();
    await page.keyboard.press('End');
    const figure = page.locator('figure.chart').first();
    const last = await figure.locator('.readout').textContent();
    assert.match(last ?? '', /^p88: direct /);
    await page.keyboard.press('ArrowLeft');
    assert.notEqual(await figure.locator('.readout').textContent(), last);
    await page.keyboard.press('Tab');
    const button = figure.getByRole('button', { name: 'direct' });
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'direct');
    await page.keyboard.press('Space');
    assert.equal(await button.getAttribute('aria-pressed'), 'false');
    await plot.focus();
    await page.keyboard.press('Home');
    assert.doesNotMatch((await figure.locator('.readout').textContent()) ?? '', /direct/);
    await page.close();
  });

  test('turns dark at the press of a button, and stays so for the next page', async () => {
    const url = write('theme', sampleRecord());
    const { page } = await browser.open(url);
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    const dark = await paper();
    assert.notEqual(dark, light);
    await page.reload();
    assert.equal(await paper(), dark);
    await page.getByRole('button', { name: 'Light theme' }).click();
    assert.equal(await paper(), light);
    await page.close();
  });

  test('is printed on light paper, with its charts and without what only a screen can use', async () => {
    const { page } = await browser.open(write('print', sampleRecord()), { theme: 'dark' });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.equal(
      await page.evaluate('getComputedStyle(document.body).backgroundColor'),
      'rgb(255, 255, 255)',
    );
    assert.equal(await page.locator('nav.contents').isVisible(), false);
    assert.equal(await page.getByRole('button', { name: /theme/ }).isVisible(), false);
    const canvases = page.locator('figure.chart canvas');
    assert.equal(await canvases.count(), await page.locator('figure.chart').count());
    for (const canvas of await canvases.all()) {
      assert.ok(((await canvas.boundingBox())?.width ?? 0) <= 700);
    }
    await page.close();
  });

  test('keeps hostile names inert', async () => {
    const names = [
      ...HOSTILE_NAMES,
      '</script><script>alert(1)</script>',
      '"><svg onload=alert(1)>',
    ];
    const record = hostileRecord(names.join(' '));
    const scenarios = names.flatMap((name) => hostileRecord(name).scenarios);
    const { page, problems } = await browser.open(write('hostile', { ...record, scenarios }));
    await drawAll(page);
    assert.equal(await page.locator('script:not([type])').count(), 1);
    assert.equal(await page.locator('img, [onload], [onerror], main a, iframe').count(), 0);
    await page.close();
    assert.deepEqual(problems, []);
  });
});

/** Opens every case and brings every chart into sight, so that it is drawn. */
async function drawAll(page: Page): Promise<void> {
  // In the page, since a question to it for each chart takes longer than the chart.
  await page.evaluate(`(async () => {
    for (const each of document.querySelectorAll('details.case')) each.open = true;
    for (const figure of document.querySelectorAll('figure.chart')) {
      figure.scrollIntoView({ behavior: 'instant' });
      while (figure.querySelector('canvas') === null) await new Promise(requestAnimationFrame);
    }
  })()`);
}
