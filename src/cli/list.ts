/** `toolrig list`: what there is to run. */

import type { CommandModule } from 'yargs';
import { listMicroBenchNames } from '../harness/load/micro-catalog.ts';
import { listScenarioNames, loadScenario } from '../harness/load/scenario-catalog.ts';
import { VARIANTS } from '../harness/variants/variants.ts';
import { stdout } from './streams.ts';

export const listCommand: CommandModule<object, { json: boolean }> = {
  command: 'list',
  describe: 'list scenarios, variants and micro-benchmarks',
  builder: (args) =>
    args
      .option('json', { type: 'boolean', default: false, describe: 'print one JSON document' })
      .example('$0 list', 'what there is to run'),
  async handler({ json }) {
    const scenarios = await Promise.all((await listScenarioNames()).map(loadScenario));
    const listing = {
      scenarios: scenarios.map(({ name, description }) => ({ name, about: description })),
      variants: VARIANTS.map(({ name, pays }) => ({ name, about: pays })),
      micro: (await listMicroBenchNames()).map((name) => ({ name, about: '' })),
    };
    stdout(json ? `${JSON.stringify(listing, null, 2)}\n` : render(listing));
  },
};

function render(listing: Record<string, readonly { name: string; about: string }[]>): string {
  return Object.entries(listing)
    .map(([title, entries]) => {
      const width = Math.max(...entries.map(({ name }) => name.length)) + 2;
      const lines = entries.map(({ name, about }) => `  ${name.padEnd(width)}${about}`.trimEnd());
      return `${title}\n${lines.join('\n')}\n`;
    })
    .join('\n');
}
