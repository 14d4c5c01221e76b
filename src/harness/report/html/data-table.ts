/** Tables of figures that can be scrolled on a narrow screen, with a mouse, a finger or the keyboard. */

import { type Html, html } from './markup.ts';

export interface DataTable {
  /** What the table is of: its name for those who do not see where it stands. */
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly DataRow[];
  /** How many columns, from the first, hold words and not figures. Default: 1. */
  readonly wordColumns?: number;
}

/** A row of cells, or a title across the table for the rows that follow. */
export type DataRow = readonly (string | Html)[] | { readonly title: string };

/** The table; the first cell of each row is its heading. */
export function renderTable({ caption, header, rows, wordColumns = 1 }: DataTable): Html {
  const kindOf = (column: number) => (column < wordColumns ? 'word' : 'figure');
  return html`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${header.map((title, column) => html`<th scope="col" class="${kindOf(column)}">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) =>
    'title' in row
      ? html`<tr class="title"><th scope="rowgroup" colspan="${header.length}">${row.title}</th></tr>\n`
      : html`<tr>${row.map((cell, column) =>
          column === 0
            ? html`<th scope="row" class="${kindOf(column)}">${cell}</th>`
            : html`<td class="${kindOf(column)}">${cell}</td>`,
        )}</tr>\n`,
  )}</tbody>
</table></div>
`;
}
