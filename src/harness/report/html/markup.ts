/**
 * HTML that is safe by construction: the tag `html` escapes whatever is put into it, unless that is
 * {@link Html} itself. Names and messages of a record are other people's text, and forgetting to
 * escape one must not be possible.
 *
 *     html`<td title="${hostile}">${hostile}</td>`     // attributes: always in double quotes
 */

import { inertText } from '../plain-text.ts';

/** Text that is HTML already. Made by {@link html} and {@link trustedHtml} alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Inserted = Html | string | number | readonly Html[] | undefined;

/** Longest piece of other people's text that a page shows. */
const MAX_LENGTH = 2_000;

/** A template of HTML: what is inserted is escaped, lists are joined, `undefined` is nothing. */
export function html(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Html {
  const text = parts.map((part, i) => `${part}${i < inserted.length ? textOf(inserted[i]) : ''}`);
  return new Html(text.join(''));
}

/** HTML from a source of our own, such as a style sheet. */
export function trustedHtml(text: string): Html {
  return new Html(text);
}

/** Data for a script of the page to read, as an element that the browser does not run. */
export function jsonIsland(className: string, data: unknown): Html {
  // `<` ends a script element, and begins a comment in one; within JSON it can only be in a string.
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
  return html`<script type="application/json" class="${className}">${trustedHtml(json)}</script>`;
}

function textOf(inserted: Inserted): string {
  if (inserted === undefined) return '';
  if (inserted instanceof Html) return inserted.text;
  if (typeof inserted === 'string' || typeof inserted === 'number') return escaped(`${inserted}`);
  return inserted.map(textOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Line breaks, escape sequences and changes of the reading direction do not get through either. */
function escaped(text: string): string {
  return inertText(text, MAX_LENGTH).replaceAll(/[&<>"']/g, (found) => ENTITIES[found] as string);
}
