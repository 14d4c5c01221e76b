/** Draws one chart with uPlot, and says in words what is under the pointer or the arrow keys. */

import type Plot from 'uplot';
import { formatAxis } from '../axis-format.ts';
import type { Axis, DrawnChart, DrawnSeries } from '../drawn-chart.ts';
import { colourOf, faint } from './colours.ts';
import { linearTicks, logTicks, tailTicks } from './ticks.ts';

/** uPlot's own script stands before ours in the page. */
declare const uPlot: typeof Plot;

/** A chart that has been drawn. */
export interface LiveChart {
  readonly plot: Plot;
  readonly data: DrawnChart;
  /** Shows or hides what `isShown` says; draws again. */
  show(isShown: (series: DrawnSeries) => boolean): void;
  /** Takes the size of its box, or the width given. */
  fit(widthPx?: number): void;
}

const TALL_PX = 320;
const LOW_PX = 260;
const NARROW_PX = 520;
const MARKER_PX = 4;
const PX_PER_TICK = { x: 54, y: 34 };

/** Draws `data` into `box`. @param say - takes what is under the cursor, in words; empty: nothing */
export function drawChart(
  box: HTMLElement,
  data: DrawnChart,
  say: (text: string) => void,
): LiveChart {
  const { series, xAxis, yAxis } = data;
  const columns: (number | null)[][] = [[...data.x]];
  const drawn: Plot.Series[] = [{}];
  const bands: Plot.Band[] = [];
  /** For each of uPlot's series, the one of ours that it belongs to. */
  const owners: (DrawnSeries | undefined)[] = [undefined];
  for (const each of series) {
    if (each.band !== undefined) {
      bands.push({
        series: [columns.length, columns.length + 1],
        fill: () => faint(strokeOf(each), 0.16),
      });
      for (const edge of [each.band.high, each.band.low]) {
        columns.push([...edge]);
        drawn.push({ spanGaps: true, points: { show: false }, width: 0 });
        owners.push(each);
      }
    }
    columns.push([...each.values]);
    drawn.push(styleOf(each));
    owners.push(each);
  }
  const sizeOf = (widthPx = box.clientWidth) => ({
    width: Math.max(200, widthPx),
    height: widthPx < NARROW_PX ? LOW_PX : TALL_PX,
  });
  const plot = new uPlot(
    {
      ...sizeOf(),
      padding: [12, 26, 0, 0],
      legend: { show: false },
      scales: { x: scaleOf(xAxis, 'x'), y: scaleOf(yAxis, 'y') },
      axes: [axisOf(xAxis, 'x'), axisOf(yAxis, 'y')],
      series: drawn,
      bands,
      cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
      hooks: {
        draw: [(u) => drawMarkers(u, owners), (u) => drawLevel(u, data)],
        setCursor: [(u) => say(wordsAt(u, data, owners))],
      },
    },
    columns as Plot.AlignedData,
    box,
  );
  return {
    plot,
    data,
    show(isShown) {
      plot.batch(() => {
        owners.forEach((owner, i) => {
          if (owner !== undefined) plot.setSeries(i, { show: isShown(owner) });
        });
      });
    },
    fit: (widthPx) => plot.setSize(sizeOf(widthPx)),
  };
}

/** Moves the cursor by the keyboard. Returns whether the key meant anything. */
export function moveCursor({ plot, data }: LiveChart, key: string): boolean {
  const last = data.x.length - 1;
  const at = plot.cursor.idx ?? -1;
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[key];
  if (key === 'Escape') {
    plot.setCursor({ left: -10, top: -10 });
    return true;
  }
  if (next === undefined) return false;
  const i = Math.min(last, Math.max(0, next));
  plot.setCursor({
    left: plot.valToPos(data.x[i] as number, 'x'),
    top: plot.over.clientHeight / 2,
  });
  return true;
}

function strokeOf({ colour }: DrawnSeries): string {
  return colourOf(`--c${colour}`);
}

function styleOf(series: DrawnSeries): Plot.Series {
  const { style, values } = series;
  const isMarker = style !== 'line' && style !== 'dashed';
  const known = values.filter((value) => value !== null).length;
  return {
    stroke: () => strokeOf(series),
    width: style === 'dashed' ? 1.25 : 2,
    spanGaps: true,
    points: { show: !isMarker && known < 3, size: 6, fill: () => strokeOf(series) },
    ...(style === 'dashed' ? { dash: [5, 4] } : {}),
    ...(isMarker ? { paths: () => null } : {}),
  };
}

function scaleOf({ scale }: Axis, key: 'x' | 'y'): Plot.Scale {
  return {
    time: false,
    distr: scale === 'linear' ? 1 : 3,
    range: (_, min, max) => {
      if (!Number.isFinite(min) || !Number.isFinite(max)) return [1, 10];
      if (scale !== 'linear') {
        const room = key === 'x' ? 1 : (max / min) ** 0.06 * 1.05;
        return min === max ? [min / 2, max * 2] : [min / room, max * room];
      }
      if (key === 'y') return [Math.min(0, min), max <= 0 ? 1 : max * 1.08];
      return min === max ? [min - 0.5, max + 0.5] : [min, max];
    },
  };
}

function axisOf({ label, scale, unit }: Axis, key: 'x' | 'y'): Plot.Axis {
  const ticks = { linear: linearTicks, log: logTicks, tail: tailTicks }[scale];
  return {
    stroke: () => colourOf('--ink-soft'),
    grid: { stroke: () => colourOf('--rule'), width: 1 },
    ticks: { stroke: () => colourOf('--rule'), width: 1, size: 4 },
    border: { show: key === 'x', stroke: () => colourOf('--rule-strong'), width: 1 },
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    label,
    labelSize: 20,
    size: key === 'y' ? 66 : 34,
    splits: (u, _, min, max) => {
      const room = key === 'x' ? u.over.clientWidth : u.over.clientHeight;
      const found = ticks(min, max, Math.max(2, Math.floor(room / PX_PER_TICK[key])));
      return unit === 'whole' ? found.filter(Number.isInteger) : found;
    },
    filter: (_, splits) => splits,
    values: (_, splits) => splits.map((value) => formatAxis(Number(value.toPrecision(6)), unit)),
  };
}

/** Triangles and diamonds, where a series is no line. */
function drawMarkers(u: Plot, owners: readonly (DrawnSeries | undefined)[]): void {
  const { ctx } = u;
  const size = MARKER_PX * devicePixelRatio;
  owners.forEach((owner, i) => {
    if (owner === undefined || u.series[i]?.show !== true || u.series[i]?.width === 0) return;
    if (owner.style === 'line' || owner.style === 'dashed') return;
    ctx.save();
    ctx.beginPath();
    // A marker at the edge is drawn whole.
    ctx.rect(u.bbox.left - size, u.bbox.top, u.bbox.width + 2 * size, u.bbox.height);
    ctx.clip();
    ctx.strokeStyle = strokeOf(owner);
    ctx.fillStyle = colourOf('--paper');
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([]);
    (u.data[i] as (number | null)[]).forEach((value, at) => {
      if (value === null || value <= 0) return;
      const x = u.valToPos(u.data[0][at] as number, 'x', true);
      const y = u.valToPos(value, 'y', true);
      ctx.beginPath();
      if (owner.style === 'dots') ctx.arc(x, y, size * 0.8, 0, 2 * Math.PI);
      else {
        ctx.moveTo(x, y - size);
        ctx.lineTo(x + size, owner.style === 'diamonds' ? y : y + size);
        if (owner.style === 'diamonds') ctx.lineTo(x, y + size);
        ctx.lineTo(x - size, owner.style === 'diamonds' ? y : y + size);
        ctx.closePath();
      }
      ctx.fill();
      ctx.stroke();
    });
    ctx.restore();
  });
}

function drawLevel(u: Plot, { level, yAxis }: DrawnChart): void {
  if (level === undefined || (yAxis.scale !== 'linear' && level.y <= 0)) return;
  const y = u.valToPos(level.y, 'y', true);
  const { left, top, width, height } = u.bbox;
  if (y < top || y > top + height) return;
  const { ctx } = u;
  ctx.save();
  ctx.strokeStyle = colourOf('--ink-soft');
  ctx.fillStyle = colourOf('--ink-soft');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'right';
  // A halo, so that lines beneath do not strike it through.
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = colourOf('--paper');
  ctx.strokeText(level.text, left + width, y - 5 * devicePixelRatio);
  ctx.fillText(level.text, left + width, y - 5 * devicePixelRatio);
  ctx.restore();
}

/** `p99: native 17.2 µs, json 271 µs`, each at the point nearest to the cursor that it has. */
function wordsAt(
  u: Plot,
  { x, xAxis, yAxis }: DrawnChart,
  owners: readonly (DrawnSeries | undefined)[],
): string {
  const at = u.cursor.idx;
  if (at === null || at === undefined || (u.cursor.left ?? -1) < 0) return '';
  const figures = owners.flatMap((owner, i) => {
    if (owner === undefined || u.series[i]?.show !== true || u.series[i]?.width === 0) return [];
    const value = nearest(owner.values, at);
    if (value === undefined) return [];
    return `${[owner.group, owner.figure].join(' ').trim()} ${formatAxis(value, yAxis.unit)}`;
  });
  return `${formatAxis(x[at] as number, xAxis.unit)}: ${figures.join(', ')}`;
}

function nearest(values: readonly (number | null)[], at: number): number | undefined {
  for (let away = 0; away < values.length; away++) {
    const found = values[at - away] ?? values[at + away];
    if (typeof found === 'number') return found;
  }
  return undefined;
}
