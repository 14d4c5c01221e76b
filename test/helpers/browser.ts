/**
 * A browser for tests: Debian's Chromium, driven by playwright-core. Where it is missing the tests
 * that need it are skipped and say so, unless BROWSER_TESTS=required, as in CI.
 */

import assert from 'node:assert/strict';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** A page that has just been resized draws its charts again. */
const FIT_MS = 2_000;

const EXECUTABLE = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = new URL(import.meta.resolve('axe-core/axe.min.js'));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * A suite that needs a browser. Where it is missing there is a single test in its place, skipped: of a suite
 * that is skipped the runner's count says nothing.
 */
export function describeInBrowser(name: string, suite: () => void): void {
  const reason = browserIsMissing();
  if (reason === false) describe(name, suite);
  else test(name, { skip: reason }, () => {});
}

/** Why tests that need a browser are skipped; `false` where there is one, or there must be. */
function browserIsMissing(): string | false {
  try {
    accessSync(EXECUTABLE, constants.X_OK);
    return false;
  } catch {
    if (process.env['BROWSER_TESTS'] === 'required') return false;
    return `no browser at ${EXECUTABLE}: scripts/install-browser.sh installs it`;
  }
}

export type Theme = 'light' | 'dark';

export interface OpenedPage {
  readonly page: Page;
  /** What the page has complained about, or asked for from elsewhere; empty when all is well. */
  readonly problems: readonly string[];
}

export interface TestBrowser {
  /** Opens an address in a tab of its own; requests that leave it are refused and noted. */
  open(
    url: string,
    look?: { readonly theme?: Theme; readonly width?: number },
  ): Promise<OpenedPage>;
  close(): Promise<void>;
}

/** Starts the browser with a profile of its own. */
export async function startBrowser(): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'toolrig-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: FLAGS,
  });
  return {
    open: (url, look = {}) => openPage(context, url, look),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function openPage(
  context: BrowserContext,
  url: string,
  { theme = 'light', width = 1_280 }: { readonly theme?: Theme; readonly width?: number },
): Promise<OpenedPage> {
  const page = await context.newPage();
  const problems: string[] = [];
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: theme });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const own = url.startsWith('file:') ? url.split('#')[0] : new URL(url).origin;
  page.on('request', (request) => {
    const asked = request.url();
    const isOwn = url.startsWith('file:')
      ? asked.split('#')[0] === own
      : asked.startsWith(`${own}/`);
    if (!isOwn && !asked.startsWith('data:')) problems.push(`a request to ${asked}`);
  });
  await page.goto(url);
  return { page, problems };
}

/** Asserts that axe-core finds nothing to complain about. */
export async function assertAccessible(page: Page): Promise<void> {
  // By the debugger's way in, since the page's policy lets no script of others run.
  if (await page.evaluate('globalThis.axe === undefined')) {
    await page.evaluate(readFileSync(AXE, 'utf8'));
  }
  const violations = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: AxeViolation[] }> };
    };
    const { violations: found } = await axe.run({ runOnly: { type: 'tag', values: rules } });
    return found.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
    );
  }, RULES);
  assert.deepEqual(violations, []);
}

interface AxeViolation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Asserts that nothing has to be scrolled sideways to be read, as soon as the page has been laid out anew. */
export async function assertFits(page: Page): Promise<void> {
  const untilMs = performance.now() + FIT_MS;
  for (;;) {
    const [content, window] = (await page.evaluate(
      '[document.documentElement.scrollWidth, innerWidth]',
    )) as [number, number];
    if (content <= window) return;
    assert.ok(performance.now() < untilMs, `${content} px wide in a window of ${window} px`);
    await page.waitForTimeout(20);
  }
}
