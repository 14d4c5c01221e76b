/** The legend of a chart: a button for whoever is in it, and one for each of their figures. */

import type { DrawnSeries } from '../drawn-chart.ts';
import type { LiveChart } from './chart.ts';

const SIGNS: Readonly<Record<DrawnSeries['style'], string>> = {
  line: '━',
  dashed: '╌',
  dots: '●',
  triangles: '△',
  diamonds: '◇',
};

/** Fills `box`. What is pressed is shown; pressing again hides it. */
export function drawLegend(box: HTMLElement, chart: LiveChart): void {
  const { series } = chart.data;
  const hidden = new Set<string>();
  const show = () =>
    chart.show(
      ({ group, figure }) => !hidden.has(`group ${group}`) && !hidden.has(`figure ${figure}`),
    );
  const button = (key: string, mark: Element, text: string) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.setAttribute('aria-pressed', 'true');
    made.append(mark, text);
    made.addEventListener('click', () => {
      if (!hidden.delete(key)) hidden.add(key);
      made.setAttribute('aria-pressed', String(!hidden.has(key)));
      show();
    });
    box.append(made);
  };
  const firstOf = (of: (each: DrawnSeries) => string) =>
    [...new Map(series.toReversed().map((each) => [of(each), each])).values()].toReversed();
  const groups = firstOf(({ group }) => group);
  if (groups.length > 1) {
    for (const { group, colour } of groups)
      button(`group ${group}`, sign('', `swatch c${colour}`), group);
  }
  const figures = firstOf(({ figure }) => figure);
  if (figures.length < 2) return;
  for (const { figure, style } of figures)
    button(`figure ${figure}`, sign(SIGNS[style], 'sign'), figure);
}

function sign(text: string, className: string): Element {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = text;
  made.setAttribute('aria-hidden', 'true');
  return made;
}
