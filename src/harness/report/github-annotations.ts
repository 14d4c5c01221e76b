/**
 * A comparison as workflow commands of GitHub Actions: an error for each regression and for what is wrong
 * with the comparison as a whole, a warning for
 * what is inconclusive, a notice for an improvement. Print it to stdout in a step.
 *
 * Ten annotations of a kind are shown for a step, so what is inconclusive is one warning a subject.
 * Escapes are those of the runner: `%`, CR and LF in messages, and `:` and `,` in properties
 * besides (github.com/actions/toolkit, packages/core/src/command.ts).
 */

import type { ComparisonReport } from '../compare/comparison-report.ts';
import type { SubjectComparison } from '../compare/suite.ts';
import { describeMetric, metricTitle, NOTHING_TO_COMPARE } from './metric-text.ts';
import { inertText } from './plain-text.ts';

/** Lines of commands; empty when nothing changed and nothing is open. */
export function renderGitHubAnnotations({
  subjects,
  problems,
  tolerance,
}: ComparisonReport): string {
  return [
    ...problems.map(({ text }) => command('error', 'comparison failed', text)),
    ...subjects.flatMap((subject) => commandsOf(subject, tolerance)),
  ].join('');
}

function commandsOf(
  { scenario, variant, metrics }: SubjectComparison,
  tolerance: number,
): string[] {
  const place = `${inertText(scenario, 60)} on ${inertText(variant, 60)}`;
  const open = metrics.filter(({ verdict }) => verdict === 'inconclusive');
  if (metrics.length === 0)
    return [command('warning', `${place} inconclusive`, NOTHING_TO_COMPARE)];
  const reasons = [...new Set(open.flatMap(({ reason }) => reason ?? []))];
  return [
    ...metrics.flatMap((each) => {
      const title = `${metricTitle(each.metric)} of ${place} ${each.verdict}`;
      if (each.verdict === 'regressed')
        return [command('error', title, describeMetric({ ...each, tolerance }))];
      if (each.verdict === 'improved')
        return [command('notice', title, describeMetric({ ...each, tolerance }))];
      return [];
    }),
    ...(open.length === 0
      ? []
      : [
          command(
            'warning',
            `${place} inconclusive`,
            `${open.map(({ metric }) => metricTitle(metric)).join(', ')}: ${reasons.join('; ')}`,
          ),
        ]),
  ];
}

/** One workflow command; the title and the message may be anything. */
export function command(
  name: 'error' | 'warning' | 'notice',
  title: string,
  message: string,
): string {
  const property = escapedMessage(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${name} title=${property}::${escapedMessage(message)}\n`;
}

function escapedMessage(text: string): string {
  return inertText(text, 400)
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
}
