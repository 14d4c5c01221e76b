/**
 * Which records of a run belong to one scenario: `payload-sweep/text-64B` is the case `text-64B`
 * of the scenario `payload-sweep`; a record without a slash is its scenario's only case.
 *
 * A run measures a scenario's cases one after the other, so only neighbours are put together, and
 * the order of the record stays.
 */

import type { ScenarioRecord } from './run-record.ts';

/** What was measured of one scenario. */
export interface ScenarioGroup {
  readonly name: string;
  /** At least one, in the order of the run. */
  readonly cases: readonly CaseRecord[];
}

/** One case of a scenario. */
export interface CaseRecord {
  /** Empty where the scenario does not name its case. */
  readonly name: string;
  readonly record: ScenarioRecord;
}

/** The scenarios of a run, each with its cases. */
export function groupByScenario(records: readonly ScenarioRecord[]): ScenarioGroup[] {
  const groups: { name: string; cases: CaseRecord[] }[] = [];
  for (const record of records) {
    const [scenario, name] = namesOf(record);
    const last = groups.at(-1);
    if (last?.name === scenario) last.cases.push({ name, record });
    else groups.push({ name: scenario, cases: [{ name, record }] });
  }
  return groups;
}

/** What to call one measurement within its scenario: `text-64B on native`, or `native` alone. */
export function measurementName(caseName: string, variant: string): string {
  return caseName === '' ? variant : `${caseName} on ${variant}`;
}

function namesOf({ name }: ScenarioRecord): [scenario: string, caseName: string] {
  const slash = name.indexOf('/');
  return slash > 0 ? [name.slice(0, slash), name.slice(slash + 1)] : [name, ''];
}
