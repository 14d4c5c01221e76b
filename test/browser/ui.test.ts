import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { LoopbackServer } from '../../src/cli/serving/loopback-server.ts';
import { RunsFolder } from '../../src/cli/serving/runs-folder.ts';
import { startUiServer } from '../../src/cli/serving/ui-server.ts';
import { removeLiveRun, writeLiveRun } from '../../src/harness/results/live-run.ts';
import {
  assertAccessible,
  assertFits,
  describeInBrowser,
  startBrowser,
  type TestBrowser,
} from '../helpers/browser.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { storeRun } from '../helpers/stored-runs.ts';

describeInBrowser('toolrig ui in a browser', () => {
  const path = join(temporaryFolder('ui-pages'), 'runs');
  const [first, second] = [storeRun(path, 20), storeRun(path, 21)];
  let browser: TestBrowser;
  let folder: RunsFolder;
  let server: LoopbackServer;
  before(async () => {
    folder = new RunsFolder(path);
    server = await startUiServer(folder, 0);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    folder?.close();
    await server?.close();
  });
  const address = (target: string) => `http://127.0.0.1:${server.port}${target}`;

  test('is without errors, requests and barriers, light and dark, on a wide window and on a phone', async () => {
    const targets = ['/', `/runs/${first}`, `/compare?base=${first}&candidate=${second}`, '/trend'];
    for (const target of targets) {
      const { page, problems } = await browser.open(address(target));
      // The same page in all its looks: opening it anew takes longer than looking at it.
      for (const width of [1_280, 390]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.setViewportSize({ width, height: 900 });
          await page.emulateMedia({ colorScheme });
          await assertFits(page);
          await assertAccessible(page);
        }
      }
      await page.close();
      assert.deepEqual(problems, [], target);
    }
  });

  test('leads from the list to a comparison, a trend and a run, and back', async () => {
    const { page } = await browser.open(address('/'));
    await page.getByRole('button', { name: /^Compare/ }).click();
    assert.equal(await page.locator('h1').textContent(), `${second} against ${first}`);
    await page.getByRole('link', { name: 'All runs' }).click();
    for (const runId of [first, second]) await page.getByLabel(`run: ${runId}`).check();
    await page.getByRole('button', { name: /^Trend/ }).click();
    assert.match((await page.locator('h1').textContent()) ?? '', /^Trend of 2 runs/);
    await page.goBack();
    await page.getByRole('link', { name: first }).click();
    assert.match((await page.locator('.kicker').textContent()) ?? '', new RegExp(first));
    await page.close();
  });

  test('shows a run while it goes on, and its record when it has ended, without being asked', async () => {
    const { page, problems } = await browser.open(address('/'));
    const chosen = page.getByLabel(`candidate: ${first}`);
    await chosen.check();
    const now = new Date().toISOString();
    const live = { runId: '20261122-1', command: 'toolrig bench', startedAt: now, updatedAt: now };
    await writeLiveRun(path, {
      ...live,
      scenario: 'calc',
      detail: 'native: round 3/10',
      doneRatio: 0.3,
    });
    await page.getByText('native: round 3/10').waitFor();
    assert.equal(await page.locator('progress').getAttribute('value'), '30');
    await assertAccessible(page);
    await writeLiveRun(path, {
      ...live,
      scenario: 'calc',
      detail: 'native: round 9/10',
      doneRatio: 0.9,
    });
    await page.getByText('native: round 9/10').waitFor();
    const third = storeRun(path, 22);
    await removeLiveRun(path, live.runId);
    await page.getByRole('link', { name: third }).waitFor();
    await page.locator('progress').waitFor({ state: 'detached' });
    assert.equal(await chosen.isChecked(), true, 'what was chosen stays chosen');
    await page.close();
    assert.deepEqual(problems, []);
  });
});
