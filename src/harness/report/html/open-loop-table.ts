/** How well an open loop kept to its schedule: without that, its latencies say nothing. */

import type { ScenarioRecord } from '../../results/run-record.ts';
import { formatCount, formatNs, formatShort } from '../units.ts';
import { renderTable } from './data-table.ts';
import { type Html, html } from './markup.ts';

/** A row for each variant; `undefined` for a closed loop. */
export function renderOpenLoop({ arrivals, variants }: ScenarioRecord): Html | undefined {
  const open = variants.filter(({ openLoop }) => openLoop !== undefined);
  if (arrivals === undefined || open.length === 0) return undefined;
  const { process, ratePerSecond, maxInFlight, workers } = arrivals;
  return html`<h3>The schedule</h3>
<p>${`Asked for: ${formatShort(ratePerSecond)} calls/s on average, ${process} arrivals, at most ${formatCount(maxInFlight)} sent or waiting, made by ${formatCount(workers)} ${workers === 1 ? 'thread' : 'threads'}.`}</p>
${renderTable({
  caption: 'How the schedule was kept',
  header: [
    'variant',
    'scheduled',
    'sent/s',
    'dropped',
    'response p99',
    'service p99',
    'lag p99',
    'generator',
  ],
  rows: open.map(({ variant, openLoop, dropped = 0, latencyNs, serviceNs, lagNs }) => [
    variant,
    formatCount(openLoop?.scheduled ?? 0),
    formatShort(openLoop?.sentPerSecond ?? 0),
    formatCount(dropped),
    formatNs(latencyNs.p99),
    formatNs(serviceNs?.p99 ?? 0),
    formatNs(lagNs?.p99 ?? 0),
    openLoop?.generatorVerdict === 'ok' ? 'ok' : html`<span class="fail">generator-limited</span>`,
  ]),
})}`;
}
