/** The formats that runs can be written in, by the names that `--format` takes: one run, or the trend of several. */

import { stringifyRunRecord } from '../results/run-json.ts';
import type { RunRecord } from '../results/run-record.ts';
import { renderSummaryCsv } from './csv.ts';
import type { PageAssets } from './html/page.ts';
import { renderRunHtml } from './html/run-page.ts';
import { renderTrendHtml } from './html/trend-page.ts';
import { renderMarkdown } from './markdown.ts';
import { renderRunText, type TextOptions } from './text.ts';
import { type Trend, trendOf } from './trend.ts';
import { renderTrendMarkdown, renderTrendText } from './trend-text.ts';

/** What some formats need beside the runs. */
export interface FormatOptions extends TextOptions {
  /** Asked for by `html` alone. */
  readonly pageAssets: () => PageAssets;
}

interface Renderers {
  readonly one: (record: RunRecord, options: FormatOptions) => string;
  readonly several: (trend: Trend, options: FormatOptions, records: readonly RunRecord[]) => string;
}

const RENDERERS = {
  text: { one: renderRunText, several: renderTrendText },
  markdown: { one: renderMarkdown, several: renderTrendMarkdown },
  html: {
    one: (record, { pageAssets }) => renderRunHtml(record, pageAssets()),
    several: (trend, { pageAssets }) => renderTrendHtml(trend, pageAssets()),
  },
  csv: {
    one: (record) => renderSummaryCsv([record]),
    several: (_trend, _options, records) => renderSummaryCsv(records),
  },
  json: {
    one: stringifyRunRecord,
    several: (trend) => `${JSON.stringify(trend, null, 2)}\n`,
  },
} satisfies Record<string, Renderers>;

export type RunFormat = keyof typeof RENDERERS;

/** Runs as text of one format. Only `text` is ever coloured. @param records - at least one */
export function renderRuns(
  records: readonly RunRecord[],
  format: RunFormat,
  options: FormatOptions,
): string {
  const { one, several }: Renderers = RENDERERS[format];
  const [first, ...more] = records;
  if (first !== undefined && more.length === 0) return one(first, options);
  return several(trendOf(records), options, records);
}
