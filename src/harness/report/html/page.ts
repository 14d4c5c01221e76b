/**
 * The shell of every page: one file that needs no network, is light or dark as the reader wishes,
 * and can be read on a phone, on paper and by a screen reader.
 *
 *     renderPage({ title, lead, sections, footer }, assets)      // → the text of an .html file
 *
 * A section is a heading with an anchor; the table of contents is made from them. Charts are
 * `figure.ts`, tables `data-table.ts`. The page may run its own script and no other: its policy
 * names the hashes of what is in it, so that a hole in the escaping would still be none.
 */

import { createHash } from 'node:crypto';
import { Html, html, trustedHtml } from './markup.ts';

/** What every page is made with; read by `cli/page-assets.ts`. */
export interface PageAssets {
  /** Style sheets: uPlot's and ours. */
  readonly style: string;
  /** Scripts: uPlot's and ours. */
  readonly script: string;
}

export interface PageSection {
  /** Anchor; unique on the page. See {@link anchorOf}. */
  readonly id: string;
  readonly heading: string;
  readonly body: Html;
  /** Sections below it in the table of contents; their ids are in `body`. Default: none. */
  readonly parts?: readonly { readonly id: string; readonly heading: string }[];
}

export interface PageContent {
  readonly title: string;
  /** Small line above the title. Default: none. */
  readonly kicker?: string;
  /** What the page says first, before any section. */
  readonly lead: Html;
  readonly sections: readonly PageSection[];
  readonly footer: Html;
  /**
   * `self`: the page may ask the server that it came from, and comes anew when the element with
   * `data-live` says so. Default: `none`.
   */
  readonly connect?: 'none' | 'self';
}

/** The text of a page. */
export function renderPage(content: PageContent, assets: PageAssets): string {
  const { title, kicker, lead, sections, footer, connect = 'none' } = content;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(assets, connect)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} – toolrig</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(assets.style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="layout">
<header class="bar"><span class="brand">toolrig</span><button type="button" class="theme" hidden>Dark theme</button></header>
${contentsOf(sections)}
<main id="content" tabindex="-1">
<header class="head">${kicker === undefined ? undefined : html`<p class="kicker">${kicker}</p>`}
<h1>${title}</h1></header>
${lead}
${sections.map(sectionOf)}
<footer>${footer}</footer>
</main>
</div>
<script>${trustedHtml(assets.script)}</script>
</body>
</html>
`.text;
}

/** An anchor from any text: letters, digits and dashes; `prefix` and `index` keep it unique. */
export function anchorOf(prefix: string, index: number, text: string): string {
  const words = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${prefix}-${index + 1}${words === '' ? '' : `-${words}`}`;
}

function sectionOf({ id, heading, body }: PageSection): Html {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${body}
</section>
`;
}

function contentsOf(sections: readonly PageSection[]): Html {
  if (sections.length < 2) return new Html('');
  const link = (id: string, heading: string) => html`<a href="#${id}">${heading}</a>`;
  return html`<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary><ul>${sections.map(
    ({ id, heading, parts = [] }) =>
      html`<li>${link(id, heading)}${
        parts.length === 0
          ? undefined
          : html`<ul>${parts.map((part) => html`<li>${link(part.id, part.heading)}</li>`)}</ul>`
      }</li>`,
  )}</ul></details></nav>`;
}

function policyOf({ style, script }: PageAssets, connect: 'none' | 'self'): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src data:',
    ...(connect === 'self' ? ["connect-src 'self'", "form-action 'self'"] : ["form-action 'none'"]),
    "base-uri 'none'",
  ].join('; ');
}
