/** A run as workflow commands of GitHub Actions: an error for each broken threshold, and what is wrong with the numbers. */

import type { RunRecord } from '../results/run-record.ts';
import { groupByScenario } from '../results/scenario-group.ts';
import { command } from './github-annotations.ts';
import { thresholdLines } from './table-thresholds.ts';

/** Lines of commands; empty when all holds and nothing is in doubt. */
export function renderRunAnnotations({ scenarios, validity }: RunRecord): string {
  const broken = groupByScenario(scenarios).flatMap(({ name, cases }) =>
    thresholdLines(cases)
      .filter(({ passed }) => !passed)
      .map(({ text }) => command('error', `threshold of ${name}`, text)),
  );
  const doubt =
    validity.verdict === 'valid'
      ? []
      : [
          command(
            validity.verdict === 'invalid' ? 'error' : 'warning',
            `run is ${validity.verdict}`,
            validity.reasons.join('; '),
          ),
        ];
  return [...broken, ...doubt].join('');
}
