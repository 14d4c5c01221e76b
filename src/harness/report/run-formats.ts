/** The formats that runs can be written in, by the names that `--format` takes: one run, or the trend of several. */

import { ToolrigError } from '../../core/errors.ts';
import { stringifyRunRecord } from '../results/run-json.ts';
import type { RunRecord } from '../results/run-record.ts';
import { renderBencher } from './bencher.ts';
import { renderBenchmarkAction } from './benchmark-action.ts';
import { renderCapacityMarkdown } from './capacity-markdown.ts';
import { renderCapacityText } from './capacity-text.ts';
import { renderSummaryCsv } from './csv.ts';
import type { PageAssets } from './html/page.ts';
import { renderStoredHtml } from './html/stored-page.ts';
import { renderTrendHtml } from './html/trend-page.ts';
import { renderMarkdown } from './markdown.ts';
import { type Measure, measuresOfRun } from './measures.ts';
import { renderPrometheus } from './prometheus.ts';
import { renderRunAnnotations } from './run-annotations.ts';
import { renderRunJUnit } from './run-junit.ts';
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
  /** Missing where a format holds a single run. */
  readonly several?: (
    trend: Trend,
    options: FormatOptions,
    records: readonly RunRecord[],
  ) => string;
}

const RENDERERS = {
  text: {
    one: (record, options) =>
      record.capacity === undefined
        ? renderRunText(record, options)
        : renderCapacityText(record, record.capacity),
    several: renderTrendText,
  },
  markdown: {
    one: (record) =>
      record.capacity === undefined
        ? renderMarkdown(record)
        : renderCapacityMarkdown(record, record.capacity),
    several: renderTrendMarkdown,
  },
  html: {
    one: (record, { pageAssets }) => renderStoredHtml(record, pageAssets()),
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
  junit: { one: renderRunJUnit },
  github: { one: renderRunAnnotations },
  'benchmark-action': { one: (record) => renderBenchmarkAction(usableMeasuresOf(record)) },
  bencher: { one: (record) => renderBencher(usableMeasuresOf(record)) },
  prometheus: { one: (record) => renderPrometheus(usableMeasuresOf(record)) },
} satisfies Record<string, Renderers>;

export type RunFormat = keyof typeof RENDERERS;

/** These formats have no place for a word of doubt: whoever keeps such figures would keep false ones. */
function usableMeasuresOf(record: RunRecord): Measure[] {
  const { runId, validity } = record;
  if (validity.verdict !== 'invalid') return measuresOfRun(record);
  throw new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `run ${runId} is invalid, and its figures are not to be kept: ${validity.reasons.join('; ')}`,
  );
}

/**
 * Runs as text of one format. Only `text` is ever coloured.
 *
 * @param records - at least one
 * @throws ToolrigError `ERR_USAGE` for several runs in a format that holds one; `ERR_INVALID_MEASUREMENT` for an invalid
 *   run in one that holds nothing but figures
 */
export function renderRuns(
  records: readonly RunRecord[],
  format: RunFormat,
  options: FormatOptions,
): string {
  const { one, several }: Renderers = RENDERERS[format];
  const [first, ...more] = records;
  if (first !== undefined && more.length === 0) return one(first, options);
  if (several === undefined) {
    throw new ToolrigError(
      'ERR_USAGE',
      `--format ${format} holds one run, got ${records.length}: name one, or choose text, ` +
        `markdown, html, csv or json for a trend`,
    );
  }
  return several(trendOf(records), options, records);
}
