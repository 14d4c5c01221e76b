/** A run as JUnit XML: a suite for each scenario, a case for each threshold; what is broken is a failure. */

import type { RunRecord, ScenarioRecord } from '../results/run-record.ts';
import { xml } from './junit.ts';
import { observedText } from './table-thresholds.ts';

/** The XML document. A run whose numbers must not be used is an error of its own. */
export function renderRunJUnit({ runId, startedAt, scenarios, validity }: RunRecord): string {
  const isInvalid = validity.verdict === 'invalid';
  const total = scenarios.flatMap(({ thresholds }) => thresholds);
  const failures = total.filter(({ passed }) => !passed).length;
  const counts = `tests="${total.length + 1}" failures="${failures}" errors="${isInvalid ? 1 : 0}"`;
  const reasons = xml(validity.reasons.join('; '));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="toolrig bench" ${counts} skipped="0" time="0">`,
    `  <testsuite name="validity" tests="1" failures="0" errors="${isInvalid ? 1 : 0}" skipped="0" time="0">`,
    `    <testcase classname="${xml(runId)}" name="validity" time="0">`,
    ...(isInvalid ? [`      <error message="${reasons}" type="invalid"/>`] : []),
    `      <system-out>${validity.verdict}${reasons === '' ? '' : `: ${reasons}`}</system-out>`,
    '    </testcase>',
    '  </testsuite>',
    ...scenarios
      .filter(({ thresholds }) => thresholds.length > 0)
      .map((each) => suite(each, startedAt)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ name, thresholds }: ScenarioRecord, startedAt: string): string {
  const failures = thresholds.filter(({ passed }) => !passed).length;
  const counts = `tests="${thresholds.length}" failures="${failures}" errors="0" skipped="0" time="0"`;
  const cases = thresholds.map((threshold) => {
    const { expression, variant, passed } = threshold;
    const observed = xml(`observed ${observedText(threshold)}`);
    return [
      `    <testcase classname="${xml(name)}" name="${xml(`${variant}: ${expression}`)}" time="0">`,
      ...(passed ? [] : [`      <failure message="${observed}" type="threshold"/>`]),
      `      <system-out>${observed}</system-out>`,
      '    </testcase>',
    ].join('\n');
  });
  return [
    `  <testsuite name="${xml(name)}" timestamp="${xml(startedAt)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}
