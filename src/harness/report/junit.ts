/**
 * A comparison as JUnit XML, which CI servers read: a suite for each scenario, a case for each metric
 * of each variant. A regression is a failure; what is inconclusive was skipped, with the reason.
 *
 * The elements and attributes are those that Jenkins, GitLab and GitHub's reporters have in common
 * (https://github.com/testmoapp/junitxml). Cases took no time of their own, so all times are 0.
 */

import type { ComparisonReport } from '../compare/comparison-report.ts';
import type { MetricComparison, SubjectComparison } from '../compare/suite.ts';
import { describeMetric } from './metric-text.ts';
import { inertText } from './plain-text.ts';

/** The XML document. */
export function renderJUnit({ candidate, subjects }: ComparisonReport): string {
  const scenarios = [...new Set(subjects.map(({ scenario }) => scenario))];
  const suites = scenarios.flatMap((name) => {
    const own = subjects.filter(({ scenario }) => scenario === name);
    const attributes = `name="${xml(name)}" timestamp="${xml(candidate.startedAt)}"`;
    return [
      `  <testsuite ${attributes} ${countsOf(own)}>`,
      ...own.flatMap(({ variant, metrics }) =>
        metrics.map((each) => testCase(name, variant, each)),
      ),
      '  </testsuite>',
    ];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="toolrig compare" ${countsOf(subjects)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function countsOf(subjects: readonly SubjectComparison[]): string {
  const all = subjects.flatMap(({ metrics }) => metrics);
  const count = (verdict: string) => all.filter((each) => each.verdict === verdict).length;
  const [failures, skipped] = [count('regressed'), count('inconclusive')];
  return `tests="${all.length}" failures="${failures}" errors="0" skipped="${skipped}" time="0"`;
}

function testCase(scenario: string, variant: string, comparison: MetricComparison): string {
  const { metric, verdict, reason } = comparison;
  const figures = xml(describeMetric(comparison));
  const outcome = {
    regressed: `      <failure message="${figures}" type="regressed"/>\n`,
    inconclusive: `      <skipped message="${xml(reason ?? verdict)}"/>\n`,
    improved: '',
    unchanged: '',
  }[verdict];
  const name = xml(`${variant} ${metric}`);
  return (
    `    <testcase classname="${xml(scenario)}" name="${name}" time="0">\n` +
    `${outcome}      <system-out>${figures}</system-out>\n    </testcase>`
  );
}

/** Text as XML 1.0 may hold it, in an element or between double quotes. */
export function xml(text: string): string {
  return inertText(text, 400)
    .replaceAll(/[￾￿]/g, '�')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
