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
/** Days of rain and of snow with precipitation, and their means in mm. */
const BY_WEATHER = { rain: [597, 7.041206030150754], snow: [26, 8.553846153846154] } as const;

interface Reply {
  readonly structuredContent: {
    readonly rowCount: number;
    readonly columns: {
      readonly weather: readonly string[];
      readonly count: ArrayLike<number>;
      readonly mean_precipitation: ArrayLike<number>;
    };
  };
}

function step(
  tool: string,
  args: object,
  rowCount: number,
  problemWith: (reply: Reply) => string | undefined = () => undefined,
): Operation {
  return {
    name: tool,
    service: 'data',
    tool,
    input: () => args,
    check(reply: Reply) {
      const { rowCount: given } = reply.structuredContent;
      return given === rowCount ? problemWith(reply) : `${given} rows instead of ${rowCount}`;
    },
  };
}

function wrongGroups({ structuredContent: { columns } }: Reply): string | undefined {
  const wrong = Object.entries(BY_WEATHER).filter(([weather, [count, mean]]) => {
    const row = columns.weather.indexOf(weather);
    return (
      columns.count[row] !== count || Math.abs((columns.mean_precipitation[row] ?? 0) - mean) > 1e-9
    );
  });
  return wrong.length === 0 ? undefined : `wrong figures for ${wrong.map(([name]) => name).join()}`;
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
      Object.keys(BY_WEATHER).length,
      wrongGroups,
    ),
  ],
  load: { concurrency: 1 },
});
