/** A row of figures that a page begins with, each with its name above it and what it is of below. */

import { type Html, html } from './markup.ts';

export interface Tile {
  readonly name: string;
  readonly value: Html | string;
  readonly more: string;
}

export function renderTiles(tiles: readonly Tile[]): Html {
  return html`<dl class="tiles">${tiles.map(
    ({ name, value, more }) =>
      html`<div><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`,
  )}</dl>`;
}
