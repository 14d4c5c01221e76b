/** A comparison as Markdown: for a step summary of GitHub, a comment or an issue. */

import type { ComparedSide, ComparisonReport } from '../compare/comparison-report.ts';
import { countVerdicts } from './comparison-text.ts';
import { escaped, list, table } from './markdown.ts';
import {
  changeTitle,
  formatChangeInterval,
  formatMetric,
  formatShare,
  formatVerdict,
  metricTitle,
  NOTHING_TO_COMPARE,
} from './metric-text.ts';

/** Columns of words; the others hold figures. */
const WORDS = 4;
const MARKS = { regressed: '❌', improved: '✅', inconclusive: '❔', unchanged: '➖' } as const;

/** The verdict, a table of everything that was compared, and what to know about it. */
export function renderComparisonMarkdown(report: ComparisonReport): string {
  const { baseline, candidate, subjects, problems, tolerance, verdict, warnings } = report;
  const rows = subjects.flatMap(({ scenario, variant, metrics }) => {
    const place = [escaped(scenario), escaped(variant)];
    if (metrics.length === 0) {
      const open = `${MARKS.inconclusive} inconclusive: ${NOTHING_TO_COMPARE}`;
      return [[...place, '–', open, '–', '–', '–', '–', '–']];
    }
    return metrics.map((each) => [
      ...place,
      metricTitle(each.metric),
      `${MARKS[each.verdict]} ${formatVerdict(each.verdict, tolerance)}${each.reason === null ? '' : `: ${escaped(each.reason)}`}`,
      formatChangeInterval(each),
      formatMetric(each.metric, each.baseline),
      formatMetric(each.metric, each.candidate),
      each.noiseFloor === null ? '–' : `±${formatShare(each.noiseFloor)}`,
      formatShare(each.detectable),
    ]);
  });
  const values = [changeTitle(report), 'baseline', 'candidate', 'noise', 'found from'];
  const header = ['scenario', 'variant', 'metric', 'verdict', ...values];
  const blocks = [
    `## ${MARKS[verdict]} ${verdict}: ${countVerdicts(report)}`,
    `${describeSide(candidate)} against ${describeSide(baseline)}. Changes up to ${formatShare(tolerance)} do not matter.`,
    ...(problems.length === 0
      ? []
      : [list(problems.map(({ kind, text }) => `❌ ${kind}: ${text}`))]),
    ...(rows.length === 0 ? [] : [table(header, rows, WORDS)]),
    ...(warnings.length === 0 ? [] : [list(warnings)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function describeSide({ name, startedAt, gitCommit }: ComparedSide): string {
  const commit = gitCommit === null ? '' : `, commit ${escaped(gitCommit.slice(0, 12))}`;
  return `${escaped(name)} (${escaped(startedAt)}${commit})`;
}
