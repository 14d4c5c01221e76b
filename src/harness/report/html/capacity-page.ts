/** `capacity.html`: a plan as one page: the answer first, then what it rests on. */

import { checkPredictions } from '../../capacity/queue-predictions.ts';
import type { CapacityOption, CapacityRecord } from '../../results/capacity-record.ts';
import type { RunRecord } from '../../results/run-record.ts';
import { answerLines, constraintName, formatMoney } from '../capacity-answer.ts';
import type { Block } from '../capacity-blocks.ts';
import { capacityPage } from '../capacity-page.ts';
import { rangeText } from '../capacity-tables.ts';
import { inertText } from '../plain-text.ts';
import { formatCount, formatShort } from '../units.ts';
import { renderTable } from './data-table.ts';
import { renderFigure } from './figure.ts';
import { type Html, html } from './markup.ts';
import { anchorOf, type PageAssets, renderPage } from './page.ts';
import { dayAndTime, type RunPageOptions, validityBox } from './run-page.ts';
import { renderTiles } from './tiles.ts';

/** Numbers of the style sheet's colours. */
const [MEDIAN_COLOUR, TAIL_COLOUR, ANSWERED_COLOUR] = [0, 1, 2];

const CONFIDENCE_CLASSES = { high: 'pass', medium: 'doubt', low: 'fail' } as const;

/** The text of the page. */
export function renderCapacityHtml(
  record: RunRecord,
  capacity: CapacityRecord,
  assets: PageAssets,
  { above }: RunPageOptions = {},
): string {
  const { title, sections } = capacityPage(record, capacity);
  return renderPage(
    {
      title,
      kicker: `Run ${record.runId}, ${dayAndTime(record.startedAt)} UTC`,
      lead: html`${above}${tilesOf(capacity)}
${answerOf(capacity)}
${validityBox(record.validity)}`,
      sections: sections.map(({ heading, blocks }, index) => ({
        id: anchorOf('part', index, heading),
        heading,
        body: html`${blocks.map((block) => blockOf(block, capacity))}`,
      })),
      footer: html`Made by ${record.tool.name} ${record.tool.version}. What each number means is in docs/METHODOLOGY.md.`,
    },
    assets,
  );
}

/** The five lines, each with its name in front. */
function answerOf(capacity: CapacityRecord): Html {
  return html`<div class="findings">${answerLines(capacity).map((line) => {
    const at = line.indexOf(':');
    return html`<p><strong>${line.slice(0, at)}</strong>${line.slice(at)}</p>`;
  })}</div>`;
}

/** The answer at a glance; the five lines below say it in full. */
function tilesOf({ options: [best], instance }: CapacityRecord): Html | undefined {
  if (best === undefined) return undefined;
  const { instances, maxRatePerSecond, costPerMonth, costPerMillionCalls } = best;
  const { median, low, high } = maxRatePerSecond;
  return renderTiles([
    {
      name: 'Instances',
      value: formatCount(instances.expected),
      more: `${rangeText(instances)} by the interval`,
    },
    { name: 'Hosting', value: best.variant, more: `on ${instance.name}` },
    {
      name: 'A replica carries',
      value: `${formatShort(median)}/s`,
      more: `${formatShort(low)} – ${formatShort(high)}, and an instance runs ${best.replicasPerInstance}`,
    },
    {
      name: 'Cost a month',
      value: costPerMonth === undefined ? '–' : formatMoney(costPerMonth, instance.currency),
      more:
        costPerMillionCalls === undefined
          ? 'no price was given'
          : `${formatMoney(costPerMillionCalls, instance.currency)} a million calls`,
    },
    {
      name: 'Confidence',
      value: html`<span class="${CONFIDENCE_CLASSES[best.confidence]}">${best.confidence}</span>`,
      more: `bound by ${constraintName(best.bindingConstraint)}`,
    },
  ]);
}

function blockOf(block: Block, capacity: CapacityRecord): Html {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.text}</p>`;
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case 'code':
      return html`<pre tabindex="0" aria-label="Command"><code>${block.text}</code></pre>`;
    case 'table':
      return block.isFolded === true
        ? html`<details class="fold"><summary>${block.caption}</summary>${renderTable(block)}</details>`
        : html`<p>${block.caption}:</p>${renderTable(block)}`;
    case 'curve':
      return curveOf(block.option);
    case 'growth':
      return growthOf(block.option, capacity);
  }
}

/** p50 and p99 over the rate, and what was answered of it. */
function curveOf({ variant: name, measured, maxRatePerSecond }: CapacityOption): Html {
  const variant = inertText(name);
  const points = measured.sweep;
  const x = points.map((each) => each.offeredPerSecond ?? each.throughputPerSecond);
  const isRising = x.every((each, index) => index === 0 || each > (x[index - 1] as number));
  if (points.length < 2 || !isRising) return html``;
  return html`${renderFigure({
    title: `${variant}: latency over rate`,
    about: `It keeps to the objectives up to ${formatCount(maxRatePerSecond.median)} calls/s.`,
    xAxis: { label: 'calls/s asked for', scale: 'linear', unit: 'per second' },
    yAxis: { label: 'response time', scale: 'log', unit: 'ns' },
    x,
    series: [
      { group: 'p50', colour: MEDIAN_COLOUR, values: points.map(({ p50 }) => p50) },
      { group: 'p99', colour: TAIL_COLOUR, values: points.map(({ p99 }) => p99) },
      ...predictionsOf(measured, x),
    ],
  })}${renderFigure({
    title: `${variant}: answered over asked for`,
    about: 'Where the line leaves the diagonal is the knee.',
    xAxis: { label: 'calls/s asked for', scale: 'linear', unit: 'per second' },
    yAxis: { label: 'calls/s answered', scale: 'linear', unit: 'per second' },
    x,
    series: [
      { group: 'asked for', colour: MEDIAN_COLOUR, style: 'dashed', values: x },
      {
        group: 'answered',
        colour: ANSWERED_COLOUR,
        values: points.map(({ throughputPerSecond }) => throughputPerSecond),
      },
    ],
  })}`;
}

/** What queueing theory made of p99, at the rates that it has something to say about; nothing where it was refused. */
function predictionsOf({ predictions }: CapacityOption['measured'], x: readonly number[]) {
  if (predictions.state !== 'fitted') return [];
  const [first, ...others] = predictions.model;
  if (first === undefined || !checkPredictions([first, ...others]).holds) return [];
  const byRate = new Map(predictions.model.map((each) => [each.ratePerSecond, each.general.p99]));
  return [
    {
      group: 'p99 by GI/G/c',
      colour: ANSWERED_COLOUR,
      style: 'dashed',
      values: x.map((rate) => byRate.get(rate) ?? null),
    } as const,
  ];
}

/** Instances over the months, with their interval. */
function growthOf({ variant: name, months }: CapacityOption, { policy }: CapacityRecord): Html {
  const variant = inertText(name);
  if (months.length < 2) return html``;
  return renderFigure({
    title: `${variant}: instances over the months`,
    about: `With ${Math.round(policy.headroom * 100)} % headroom and what may be lost.`,
    xAxis: { label: 'months from now', scale: 'linear', unit: 'number' },
    yAxis: { label: 'instances', scale: 'linear', unit: 'number' },
    x: months.map(({ month }) => month),
    series: [
      {
        group: variant,
        colour: MEDIAN_COLOUR,
        values: months.map(({ instances }) => instances.expected),
        band: {
          low: months.map(({ instances }) => instances.low),
          high: months.map(({ instances }) => instances.high),
        },
      },
    ],
  });
}
