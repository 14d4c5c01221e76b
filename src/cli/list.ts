/** What `toolrig list` does: shows what there is to run. */

import { loadMicroBenches } from '../harness/load/micro-catalog.ts';
import { listScenarioNames, loadScenario } from '../harness/load/scenario-catalog.ts';
import { wrapText } from '../harness/report/plain-text.ts';
import { VARIANTS } from '../harness/variants/variants.ts';
import { stdout } from './streams.ts';

interface Entry {
  readonly name: string;
  readonly about: string;
}

const COLUMNS = 80;

/** Prints scenarios, variants and micro-benchmarks, each with a line about it. */
export async function list(asJson: boolean): Promise<void> {
  const scenarios = await Promise.all((await listScenarioNames()).map(loadScenario));
  const about = ({ name, description }: { name: string; description: string }): Entry => ({
    name,
    about: description,
  });
  const listing = {
    scenarios: scenarios.filter(({ suite }) => suite === 'cost').map(about),
    chaos: scenarios.filter(({ suite }) => suite === 'chaos').map(about),
    truth: scenarios.filter(({ suite }) => suite === 'truth').map(about),
    variants: VARIANTS.map(({ name, pays }) => ({ name, about: pays })),
    micro: (await loadMicroBenches()).map(about),
  };
  stdout(asJson ? `${JSON.stringify(listing, null, 2)}\n` : render(listing));
}

function render(listing: Readonly<Record<string, readonly Entry[]>>): string {
  const entries = Object.values(listing).flat();
  const column = Math.max(...entries.map(({ name }) => name.length)) + 4;
  const renderEntry = ({ name, about }: Entry) => {
    const text = wrapText(about, COLUMNS - column).replaceAll('\n', `\n${' '.repeat(column)}`);
    return `${`  ${name}`.padEnd(column)}${text}\n`;
  };
  return Object.entries(listing)
    .map(([title, group]) => `${title}\n${group.map(renderEntry).join('')}`)
    .join('\n');
}
