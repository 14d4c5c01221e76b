/** What a trip through JSON costs by size: `stringify` and `parse` of a table's rows. */

import { defineMicroBench, type MicroTask } from '../src/harness/load/micro-bench.ts';

interface Row {
  readonly id: number;
  readonly city: string;
  readonly celsius: number;
}

/** As many rows as fit in `sizeBytes` of JSON. */
function rowsOf(sizeBytes: number): readonly Row[] {
  const rows: Row[] = [];
  let bytes = 2;
  for (let id = 0; ; id++) {
    const row = { id, city: `city ${id % 97}`, celsius: (id % 80) / 2 };
    bytes += JSON.stringify(row).length + 1;
    if (bytes > sizeBytes) return rows;
    rows.push(row);
  }
}

function roundTrip(name: string, sizeBytes: number): MicroTask<undefined> {
  return {
    name,
    mode: 'sync',
    prepare: () => {
      const rows = rowsOf(sizeBytes);
      return (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const copy = JSON.parse(JSON.stringify(rows)) as Row[];
          if (copy.length === rows.length && copy !== rows) right++;
        }
        return right;
      };
    },
  };
}

export const bench = defineMicroBench({
  name: 'json',
  description: 'JSON.stringify and JSON.parse of rows, by size of the text',
  baseline: '64B',
  tasks: [roundTrip('64B', 64), roundTrip('1KiB', 1_024), roundTrip('64KiB', 65_536)],
});
