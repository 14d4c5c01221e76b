/** Reads what pages are made with: uPlot from its package, our style sheet and scripts from beside the renderer. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { linkModules } from '../harness/report/html/link-modules.ts';
import type { PageAssets } from '../harness/report/html/page.ts';

const HTML = new URL('../harness/report/html/', import.meta.url);
/** Each after those that it imports. */
const MODULES = [
  '../scaled-number.js',
  'axis-format.js',
  'browser/colours.js',
  'browser/ticks.js',
  'browser/chart.js',
  'browser/legend.js',
  'browser/live.js',
  'browser/theme.js',
  'browser/main.js',
];

let read: PageAssets | undefined;

/** The assets, read once. */
export function pageAssets(): PageAssets {
  read ??= {
    style: `${packageText('uplot/dist/uPlot.min.css')}\n${ownText('page.css')}`,
    script: `${packageText('uplot/dist/uPlot.iife.min.js')}\n${ownScript()}`,
  };
  return read;
}

function ownScript(): string {
  return linkModules(MODULES.map((name) => ({ name: basename(name), code: ownText(name) })));
}

function ownText(name: string): string {
  return readFileSync(new URL(name, HTML), 'utf8');
}

function packageText(name: string): string {
  return readFileSync(new URL(import.meta.resolve(name)), 'utf8').trim();
}
