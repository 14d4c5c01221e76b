/** Reads what a page is made of, without a browser. */

import type { PageAssets } from '../../src/harness/report/html/page.ts';

/** Short stand-ins, so that golden files show what the renderers have written. */
export const PLAIN_ASSETS: PageAssets = { style: 'p{}', script: '/* script */' };

/** The opening tags of a page, each with its attributes, islands of data left out. */
export function tagsOf(page: string): string[] {
  return [...withoutIslands(page).matchAll(/<[a-z!][^>]*>/gi)].map(([tag]) => tag);
}

/** The charts that a page carries, as data. */
export function chartsOf(page: string): unknown[] {
  return [...page.matchAll(ISLAND)].map(([, json]) => JSON.parse(json as string) as unknown);
}

/** What a reader sees, its entities resolved. */
export function textOf(page: string): string {
  return withoutIslands(page)
    .replaceAll(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

const ISLAND = /<script type="application\/json" class="chart-data">([^<]*)<\/script>/g;

function withoutIslands(page: string): string {
  return page.replaceAll(ISLAND, '');
}
