/**
 * What a capacity report says, as words and figures but without a format: the terminal, the Markdown page and the
 * HTML page are ways to draw it, and can never disagree.
 *
 *   answer (five lines) ─▶ assumptions ─▶ environment ─▶ curves ─▶ tables ─▶ risks ─▶ alerts ─▶ how to repeat
 *
 * Names are as the record has them; making them harmless is up to each format.
 */

import type { CapacityOption, CapacityRecord } from '../results/capacity-record.ts';
import type { RunRecord } from '../results/run-record.ts';
import { alertBlocks } from './capacity-alerts.ts';
import { answerLines } from './capacity-answer.ts';
import type { Block } from './capacity-blocks.ts';
import { curveBlocks, modelBlocks, refusalBlocks, windowBlocks } from './capacity-curves.ts';
import { costBlocks, dependenceBlocks, monthBlocks, optionBlocks } from './capacity-tables.ts';
import { environmentRows } from './environment-rows.ts';

export interface CapacityPage {
  readonly title: string;
  /** Five lines: the answer, its interval, what binds, what it costs, how far to rely on it. */
  readonly answer: readonly string[];
  readonly sections: readonly { readonly heading: string; readonly blocks: readonly Block[] }[];
}

/** The page of a run that has a plan. */
export function capacityPage(record: RunRecord, capacity: CapacityRecord): CapacityPage {
  const { options } = capacity;
  const best = options[0];
  const section = (heading: string, blocks: readonly Block[]) =>
    blocks.length === 0 ? [] : [{ heading, blocks }];
  return {
    title: `Capacity of ${capacity.scenario}`,
    answer: answerLines(capacity),
    sections: [
      ...section('Assumptions', [{ kind: 'list', items: capacity.assumptions }]),
      ...section('Environment', environmentBlocks(record)),
      ...section('Rate and latency', options.flatMap(curveBlocks)),
      ...section('What the limit rests on', limitBlocks(options)),
      ...section('Options side by side', optionBlocks(capacity)),
      ...(best === undefined
        ? []
        : [
            ...section('Month by month', monthBlocks(best, capacity)),
            ...section('What if', dependenceBlocks(best, capacity)),
          ]),
      ...section('What a call takes', options.flatMap(costBlocks)),
      ...section('Models', options.flatMap(modelBlocks)),
      ...section('Risks', riskBlocks(record, capacity)),
      ...section('Not planned', notPlannedBlocks(capacity)),
      ...section('Not measured', [{ kind: 'list', items: capacity.notMeasured }]),
      ...section('Suggested alerts', best === undefined ? [] : alertBlocks(best, capacity)),
      ...section('How to reproduce', [{ kind: 'code', text: record.command }]),
    ],
  };
}

const LIMIT_TEXT =
  'Each rate was measured in short windows. Windows in which other programs had the CPUs (held up, by what the kernel counts) are set ' +
  'aside; pauses of the services themselves are not. The budget is what an objective allows: of p99, one call in a hundred. The ' +
  'limit is where the curve through all windows, which never falls, uses it up; its interval is 95 % of a bootstrap over windows.';

function limitBlocks(options: readonly CapacityOption[]): readonly Block[] {
  const tables = options.flatMap(windowBlocks);
  return tables.length === 0 ? [] : [{ kind: 'text', text: LIMIT_TEXT }, ...tables];
}

/** What was refused, why, and what that rests on; how that was measured, unless the options' own windows say so. */
function notPlannedBlocks({ options, refused }: CapacityRecord): readonly Block[] {
  if (refused.length === 0) return [];
  const tables = refused.flatMap(refusalBlocks);
  const isSaid = tables.length === 0 || limitBlocks(options).length > 0;
  return [
    { kind: 'list', items: refused.map(({ variant, reason }) => `${variant}: ${reason}`) },
    ...(isSaid ? [] : [{ kind: 'text', text: LIMIT_TEXT } as const]),
    ...tables,
  ];
}

function environmentBlocks(record: RunRecord): readonly Block[] {
  return [
    {
      kind: 'table',
      caption: 'Where and when it was measured',
      header: ['what', 'value'],
      rows: environmentRows(record),
      wordColumns: 2,
    },
  ];
}

function riskBlocks(record: RunRecord, { options, risks }: CapacityRecord): readonly Block[] {
  const { verdict, reasons } = record.validity;
  const doubts = verdict === 'valid' ? [] : [`the run is ${verdict}: ${reasons.join('; ')}`];
  const items = [...doubts, ...risks, ...options.flatMap(warningsOf)];
  return items.length === 0 ? [] : [{ kind: 'list', items: [...new Set(items)] }];
}

function warningsOf({ variant, confidenceReasons, measured }: CapacityOption): readonly string[] {
  return [...confidenceReasons.map((reason) => `${variant}: ${reason}`), ...measured.warnings];
}
