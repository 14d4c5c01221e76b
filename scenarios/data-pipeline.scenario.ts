/**
 * A real dataset through load → filter → group: four years of Seattle's weather, from the package
 * vega-datasets. The expected figures were counted from the file with another program.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  defineScenario,
  type Operation,
  referenceService,
  ToolrigError,
} from '../src/harness/index.ts';

const FILE = 'seattle-weather.csv';
const DAYS = 1_461;
const RAINY_DAYS = 623;
const KINDS_OF_RAINY_WEATHER = 2;

interface Reply {
  readonly structuredContent: { readonly rowCount: number };
}

function step(tool: string, args: object, rowCount: number): Operation {
  return {
    name: tool,
    service: 'data',
    tool,
    input: () => args,
    check({ structuredContent: { rowCount: given } }: Reply) {
      return given === rowCount ? undefined : `${given} rows instead of ${rowCount}`;
    },
  };
}

/** Folder of the datasets; they come with the repository's development dependencies. */
function datasetFolder(): string {
  try {
    // The package exports its entry alone, `build/index.js`.
    const entry = createRequire(import.meta.url).resolve('vega-datasets');
    const folder = dirname(dirname(entry));
    if (existsSync(join(folder, 'data', FILE))) return join(folder, 'data');
  } catch (cause) {
    throw new ToolrigError(
      'ERR_USAGE',
      'the scenario data-pipeline needs its dataset: npm install vega-datasets',
      { cause },
    );
  }
  throw new ToolrigError('ERR_USAGE', `this vega-datasets has no ${FILE}: install version 3`);
}

export const scenario = defineScenario({
  name: 'data-pipeline',
  description: 'a real dataset through load, filter and group',
  services: async () => ({ data: referenceService('data', { basePath: datasetFolder() }) }),
  order: 'in-order',
  operations: [
    step('load', { table: 'weather', path: FILE, format: 'csv' }, DAYS),
    step(
      'filter',
      {
        table: 'weather',
        conditions: [{ column: 'precipitation', op: 'gt', value: 0 }],
        into: 'rainy',
      },
      RAINY_DAYS,
    ),
    step(
      'group_aggregate',
      {
        table: 'rainy',
        by: ['weather'],
        aggregates: [{ op: 'count' }, { op: 'mean', column: 'precipitation' }],
      },
      KINDS_OF_RAINY_WEATHER,
    ),
  ],
  load: { concurrency: 1 },
});
