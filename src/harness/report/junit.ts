/**
 * A comparison as JUnit XML, which CI servers read: a suite for each scenario, a case for each metric
 * of each variant. A regression is a failure; what is inconclusive was skipped, with the reason. One case
 * more stands for the comparison as a whole: a reader who sees nothing else must not take what is missing,
 * or could not be measured, for a pass.
 *
 * The elements and attributes are those that Jenkins, GitLab and GitHub's reporters have in common
 * (https://github.com/testmoapp/junitxml). Cases took no time of their own, so all times are 0.
 */

import type { ComparisonProblem, ComparisonReport } from '../compare/comparison-report.ts';
import type { SubjectComparison } from '../compare/suite.ts';
import { describeMetric, NOTHING_TO_COMPARE, type ToldMetric } from './metric-text.ts';
import { inertText } from './plain-text.ts';

/** The XML document. */
export function renderJUnit({
  candidate,
  subjects,
  problems,
  tolerance,
}: ComparisonReport): string {
  const scenarios = [...new Set(subjects.map(({ scenario }) => scenario))];
  const suites = scenarios.flatMap((name) => {
    const own = subjects.filter(({ scenario }) => scenario === name);
    const attributes = `name="${xml(name)}" timestamp="${xml(candidate.startedAt)}"`;
    return [
      `  <testsuite ${attributes} ${countsOf(own)}>`,
      ...own.flatMap(({ variant, metrics }) =>
        metrics.length === 0
          ? [emptyCase(name, variant)]
          : metrics.map((each) => testCase(name, variant, { ...each, tolerance })),
      ),
      '  </testsuite>',
    ];
  });
  return documentOf(subjects, problems, [
    ...suiteOfWhole(candidate.name, candidate.startedAt, problems),
    ...suites,
  ]);
}

/**
 * The document of a comparison that came to nothing, as when a side did not start: one error.
 *
 * @param startedAt - ISO 8601
 */
export function renderJUnitError(name: string, startedAt: string, text: string): string {
  const problems = [{ kind: 'error', text }] as const;
  return documentOf([], problems, suiteOfWhole(name, startedAt, problems));
}

function documentOf(
  subjects: readonly SubjectComparison[],
  problems: readonly ComparisonProblem[],
  suites: readonly string[],
): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="toolrig compare" ${countsOf(subjects, outcomeOf(problems))}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

type Outcome = ComparisonProblem['kind'] | 'passed';

/** How the case came out that stands for the comparison as a whole. */
function outcomeOf(problems: readonly ComparisonProblem[]): Outcome {
  return problems.find(({ kind }) => kind === 'error')?.kind ?? problems[0]?.kind ?? 'passed';
}

/** @param whole - how the case came out that stands for the whole, if it is counted */
function countsOf(subjects: readonly SubjectComparison[], whole?: Outcome): string {
  const all = subjects.flatMap(({ metrics }) => metrics);
  const count = (verdict: string) => all.filter((each) => each.verdict === verdict).length;
  const empty = subjects.filter(({ metrics }) => metrics.length === 0).length;
  const tests = all.length + empty + (whole === undefined ? 0 : 1);
  const failures = count('regressed') + (whole === 'failure' ? 1 : 0);
  const errors = whole === 'error' ? 1 : 0;
  return `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${count('inconclusive') + empty}" time="0"`;
}

/** The case always has the same name, by which CI servers follow it over time. */
function suiteOfWhole(
  name: string,
  startedAt: string,
  problems: readonly ComparisonProblem[],
): string[] {
  const outcome = outcomeOf(problems);
  const message = xml(problems.map(({ text }) => text).join('; '));
  return [
    `  <testsuite name="comparison" timestamp="${xml(startedAt)}" ${countsOf([], outcome)}>`,
    '    <testcase classname="comparison" name="comparison" time="0">',
    ...(outcome === 'passed' ? [] : [`      <${outcome} message="${message}" type="comparison"/>`]),
    `      <system-out>${xml(name)}</system-out>`,
    '    </testcase>',
    '  </testsuite>',
  ];
}

/** A variant without a metric must not look like one that was compared, nor like none. */
function emptyCase(scenario: string, variant: string): string {
  return (
    `    <testcase classname="${xml(scenario)}" name="${xml(variant)}" time="0">\n` +
    `      <skipped message="${xml(NOTHING_TO_COMPARE)}"/>\n    </testcase>`
  );
}

function testCase(scenario: string, variant: string, comparison: ToldMetric): string {
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
