/** The script of a page: draws its charts when they come into sight, and anew when the theme changes. */

import type { DrawnChart } from '../drawn-chart.ts';
import { drawChart, type LiveChart, moveCursor } from './chart.ts';
import { forgetColours } from './colours.ts';
import { drawLegend } from './legend.ts';
import { startLive } from './live.ts';
import { onPaper, startTheme } from './theme.ts';

const PAPER_WIDTH_PX = 660;
/** Drawn a little before they are seen, in px. */
const AHEAD_PX = 600;

const charts = new Map<Element, LiveChart>();
let isOnPaper = false;

function draw(figure: Element): void {
  const box = figure.querySelector<HTMLElement>('.plot');
  const readout = figure.querySelector<HTMLElement>('.readout');
  const legend = figure.querySelector<HTMLElement>('.legend');
  const island = figure.querySelector('.chart-data');
  if (charts.has(figure) || box === null || legend === null || island === null) return;
  const data = JSON.parse(island.textContent ?? '') as DrawnChart;
  const chart = drawChart(box, data, (text) => {
    if (readout !== null) readout.textContent = text;
  });
  charts.set(figure, chart);
  drawLegend(legend, chart);
  box.addEventListener('keydown', (event) => {
    if (moveCursor(chart, event.key)) event.preventDefault();
  });
  new ResizeObserver(() => {
    if (!isOnPaper) chart.fit();
  }).observe(box);
}

function drawAgain(): void {
  forgetColours();
  for (const { plot } of charts.values()) plot.redraw();
}

const figures = [...document.querySelectorAll('figure.chart')];
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) draw(target);
  },
  { rootMargin: `${AHEAD_PX}px` },
);
for (const figure of figures) seen.observe(figure);
startTheme(drawAgain);
onPaper(
  () => {
    isOnPaper = true;
    for (const details of document.querySelectorAll<HTMLDetailsElement>('details.case'))
      details.open = true;
    figures.forEach(draw);
    for (const chart of charts.values()) chart.fit(PAPER_WIDTH_PX);
    drawAgain();
  },
  () => {
    isOnPaper = false;
    for (const chart of charts.values()) chart.fit();
    drawAgain();
  },
);
if (matchMedia('(max-width: 60rem)').matches) {
  document.querySelector('nav.contents details')?.removeAttribute('open');
}
startLive();
