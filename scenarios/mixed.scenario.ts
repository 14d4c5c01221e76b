/** All three services side by side: mostly small calls, some files, now and then a computation. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineScenario, type Operation, referenceService } from '../src/harness/index.ts';

const NOTE = 'The quick brown fox jumps over the lazy dog.\n'.repeat(24);
const ROWS = 500;
const SENSORS = 5;

const load: Operation = {
  name: 'load',
  service: 'data',
  tool: 'load',
  // Sensor s<n> always reads n: its mean is known.
  input: () => ({
    table: 'readings',
    columns: {
      sensor: Array.from({ length: ROWS }, (_, index) => `s${index % SENSORS}`),
      value: Float64Array.from({ length: ROWS }, (_, index) => index % SENSORS),
    },
  }),
  check({ structuredContent: { rowCount } }: { structuredContent: { rowCount: number } }) {
    return rowCount === ROWS ? undefined : `${rowCount} rows instead of ${ROWS}`;
  },
};

interface Groups {
  readonly structuredContent: {
    readonly columns: { readonly sensor: string[]; readonly mean_value: ArrayLike<number> };
  };
}

const group: Operation = {
  name: 'group_aggregate',
  service: 'data',
  tool: 'group_aggregate',
  input: () => ({
    table: 'readings',
    by: ['sensor'],
    aggregates: [{ op: 'mean', column: 'value' }],
  }),
  check({ structuredContent: { columns } }: Groups) {
    const means = Array.from(
      { length: SENSORS },
      (_, n) => columns.mean_value[columns.sensor.indexOf(`s${n}`)],
    );
    return means.every((mean, n) => mean === n) ? undefined : `wrong means: ${means.join(', ')}`;
  },
};

const read: Operation = {
  name: 'read_file',
  service: 'file',
  tool: 'read_file',
  weight: 4,
  input: () => ({ path: 'note.txt' }),
  check({ content: [item] }: { content: { text: string }[] }) {
    return item?.text === NOTE ? undefined : 'another text came back';
  },
};

const add: Operation = {
  name: 'add',
  service: 'calculator',
  tool: 'add',
  weight: 14,
  input: (random) => ({ a: random(), b: random() }),
  check(
    { structuredContent: { result } }: { structuredContent: { result: number } },
    { a, b }: { a: number; b: number },
  ) {
    return result === a + b ? undefined : `${a} + ${b} is not ${result}`;
  },
};

export const scenario = defineScenario({
  name: 'mixed',
  description: 'all three services: 14 calculations, 4 files and 2 computations in 20 calls',
  async services(folder) {
    await writeFile(join(folder, 'note.txt'), NOTE);
    return {
      calculator: referenceService('calculator'),
      file: referenceService('file', { basePath: folder }),
      data: referenceService('data'),
    };
  },
  order: 'in-order',
  operations: [load, group, read, add],
  load: { concurrency: 4 },
  variants: ['direct', 'native', 'json', 'sdk-memory', 'stdio', 'http', 'http-saturation'],
});
