/** The formats that a comparison can be written in, by the names that `--format` takes. */

import type { ComparisonReport } from '../compare/comparison-report.ts';
import { renderBencher } from './bencher.ts';
import { renderBenchmarkAction } from './benchmark-action.ts';
import { renderComparisonMarkdown } from './comparison-markdown.ts';
import { renderComparisonText } from './comparison-text.ts';
import { renderGitHubAnnotations } from './github-annotations.ts';
import { renderComparisonHtml } from './html/comparison-page.ts';
import { renderJUnit } from './junit.ts';
import { measuresOfComparison } from './measures.ts';
import { renderPrometheus } from './prometheus.ts';
import type { FormatOptions } from './run-formats.ts';

const RENDERERS = {
  text: renderComparisonText,
  markdown: renderComparisonMarkdown,
  html: (report, { pageAssets }) => renderComparisonHtml(report, pageAssets()),
  junit: renderJUnit,
  github: renderGitHubAnnotations,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  'benchmark-action': (report) => renderBenchmarkAction(measuresOfComparison(report)),
  bencher: (report) => renderBencher(measuresOfComparison(report)),
  prometheus: (report) => renderPrometheus(measuresOfComparison(report)),
} satisfies Record<string, (report: ComparisonReport, options: FormatOptions) => string>;

export type ComparisonFormat = keyof typeof RENDERERS;

export const COMPARISON_FORMATS = Object.keys(RENDERERS) as readonly ComparisonFormat[];

/** A comparison as text of one format. Only `text` is ever coloured. */
export function renderComparison(
  report: ComparisonReport,
  format: ComparisonFormat,
  options: FormatOptions,
): string {
  return RENDERERS[format](report, options);
}
