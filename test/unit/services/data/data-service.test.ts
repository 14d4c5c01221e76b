import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { dataService } from '../../../../src/services/data/data-service.ts';
import { startTools, withDirectory } from '../start-tools.ts';

const SEED = 20_260_106;
const DATASETS = fileURLToPath(new URL('../data', import.meta.resolve('vega-datasets')));

interface Car {
  readonly Name: string;
  readonly Origin: string;
  readonly Cylinders: number;
  readonly Horsepower: number | null;
  readonly Miles_per_Gallon: number | null;
}

interface TableResult {
  readonly rowCount: number;
  readonly columnNames: string[];
  readonly columns: Record<string, ArrayLike<unknown>>;
  readonly truncated: boolean;
}

async function startWithCars() {
  const tools = await startTools(dataService({ basePath: DATASETS }));
  const loaded = await tools.result('load', { table: 'cars', path: 'cars.json' });
  const { rows } = await tools.result<{ rows: Car[] }>('rows', { table: 'cars', limit: 1_000 });
  return { ...tools, loaded, cars: rows };
}

/** Linear interpolation between the closest ranks, written down as the definition says. */
function naiveQuantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (sorted.length - 1) * p;
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.ceil(rank)] ?? Number.NaN;
  return low + (high - low) * (rank - Math.floor(rank));
}

function assertClose(found: unknown, expected: number, what: string): void {
  assert.equal(typeof found, 'number', what);
  const difference = Math.abs(Number(found) - expected);
  assert.ok(
    difference <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${what}: ${String(found)}, ${expected}`,
  );
}

const isNumber = (value: number | null): value is number => value !== null;

describe('dataService on a real dataset', () => {
  test('loads every record and tells the columns', async () => {
    const { loaded, cars } = await startWithCars();
    assert.equal(loaded['rowCount'], 406);
    assert.equal(cars.length, 406);
    const horsepower = (loaded['columns'] as { name: string }[]).find(
      ({ name }) => name === 'Horsepower',
    );
    assert.deepEqual(horsepower, { name: 'Horsepower', type: 'number', missing: 6 });
  });

  test('aggregates groups as adding them up by hand does', async () => {
    const { result, cars } = await startWithCars();
    const column = 'Horsepower';
    const grouped = await result<TableResult>('group_aggregate', {
      table: 'cars',
      by: ['Origin', 'Cylinders'],
      aggregates: [
        { op: 'count' },
        { op: 'count', column },
        { op: 'sum', column },
        { op: 'mean', column },
        { op: 'min', column },
        { op: 'max', column },
        { op: 'quantile', column, p: 0.9, as: 'p90' },
      ],
    });
    const expected = new Map<string, Car[]>();
    for (const car of cars) {
      const key = `${car.Origin}/${car.Cylinders}`;
      expected.set(key, [...(expected.get(key) ?? []), car]);
    }
    assert.equal(grouped.rowCount, expected.size);
    const cell = (name: string, row: number) => grouped.columns[name]?.[row];
    const keyAt = (row: number) => ['Origin', 'Cylinders'].map((name) => cell(name, row)).join('/');
    for (const [row, [key, members]] of [...expected].entries()) {
      assert.equal(keyAt(row), key);
      const values = members.map((car) => car.Horsepower).filter(isNumber);
      const sum = values.reduce((total, value) => total + value, 0);
      assertClose(cell('count', row), members.length, key);
      assertClose(cell('count_Horsepower', row), values.length, key);
      assertClose(cell('sum_Horsepower', row), sum, key);
      assertClose(cell('mean_Horsepower', row), sum / values.length, key);
      assertClose(cell('min_Horsepower', row), Math.min(...values), key);
      assertClose(cell('max_Horsepower', row), Math.max(...values), key);
      assertClose(cell('p90', row), naiveQuantile(values, 0.9), key);
    }
    assert.ok(grouped.columns['mean_Horsepower'] instanceof Float64Array);
  });

  test('filters, sorts and groups through tables it keeps', async () => {
    const { result, cars } = await startWithCars();
    const kept = await result('filter', {
      table: 'cars',
      conditions: [
        { column: 'Origin', op: 'in', value: ['USA', 'Japan'] },
        { column: 'Horsepower', op: 'gte', value: 100 },
      ],
      into: 'strong',
    });
    const strong = cars.filter(
      (car) => ['USA', 'Japan'].includes(car.Origin) && (car.Horsepower ?? 0) >= 100,
    );
    assert.deepEqual([kept['table'], kept['rowCount']], ['strong', strong.length]);
    const by = [{ column: 'Origin' }, { column: 'Horsepower', order: 'descending' }];
    await result('sort', { table: 'strong', by, into: 'sorted' });
    const { rows } = await result('rows', {
      table: 'sorted',
      columns: ['Name', 'Horsepower'],
      limit: 5,
    });
    const expected = strong
      .toSorted(
        (a, b) => a.Origin.localeCompare(b.Origin) || (b.Horsepower ?? 0) - (a.Horsepower ?? 0),
      )
      .map(({ Name, Horsepower }) => ({ Name, Horsepower }));
    assert.deepEqual(rows, expected.slice(0, 5));
  });

  test('puts every value of a column into the bin whose edges enclose it', async () => {
    const { result, cars } = await startWithCars();
    const found = await result<{
      edges: Float64Array;
      counts: Float64Array;
      missing: number;
      below: number;
      above: number;
    }>('histogram', { table: 'cars', column: 'Miles_per_Gallon', bins: 7, min: 10, max: 40 });
    const values = cars.map((car) => car.Miles_per_Gallon).filter(isNumber);
    const inBin = (i: number) =>
      values.filter((value) => {
        const [low = 0, high = 0] = found.edges.subarray(i);
        return value >= low && (value < high || (i === 6 && value === high));
      }).length;
    assert.deepEqual(
      [...found.counts],
      [0, 1, 2, 3, 4, 5, 6].map((i) => inBin(i)),
    );
    assert.deepEqual([found.edges[0], found.edges[7]], [10, 40]);
    assert.equal(found.below, values.filter((value) => value < 10).length);
    assert.equal(found.above, values.filter((value) => value > 40).length);
    assert.equal(found.missing, cars.length - values.length);
  });

  test('describes each column as computing it by hand does', async () => {
    const { result, cars } = await startWithCars();
    const { columns } = await result<{ columns: Record<string, unknown>[] }>('describe', {
      table: 'cars',
    });
    const named = (name: string) => columns.find((column) => column['name'] === name) ?? {};
    const values = cars.map((car) => car.Horsepower).filter(isNumber);
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
    const found = named('Horsepower');
    assertClose(found['mean'], mean, 'mean');
    assertClose(found['stdev'], Math.sqrt(squares / (values.length - 1)), 'stdev');
    assert.deepEqual(
      [found['min'], found['max'], found['missing']],
      [Math.min(...values), Math.max(...values), 6],
    );
    assert.deepEqual(named('Origin'), { name: 'Origin', type: 'text', missing: 0, distinct: 3 });
  });

  test('reads the weather from CSV', async () => {
    const { result } = await startTools(dataService({ basePath: DATASETS }));
    const weather = await result<{ rowCount: number; columns: object[] }>('load', {
      table: 'weather',
      path: 'seattle-weather.csv',
    });
    assert.equal(weather.rowCount, 1_461);
    assert.deepEqual(weather.columns[1], { name: 'precipitation', type: 'number', missing: 0 });
  });
});

async function startWith(columns: object, options: object = {}) {
  const tools = await startTools(dataService(options));
  await tools.result('load', { table: 't', columns });
  return tools;
}

function csvAs(table: string, text: string) {
  return { table, text, format: 'csv' };
}

describe('dataService', () => {
  test('lets a missing cell meet no comparison, only missing', async () => {
    const { result } = await startWith({
      n: Float64Array.of(1, Number.NaN, 2),
      t: ['a', null, 'b'],
    });
    const count = async (column: string, op: string, value?: unknown) => {
      const conditions = [{ column, op, ...(value === undefined ? {} : { value }) }];
      const { rowCount } = await result('filter', { table: 't', conditions });
      return rowCount;
    };
    assert.deepEqual(
      [await count('n', 'ne', 1), await count('n', 'lt', 9), await count('t', 'ne', 'a')],
      [1, 2, 1],
    );
    assert.deepEqual(
      [await count('n', 'missing'), await count('t', 'missing'), await count('n', 'present')],
      [1, 1, 2],
    );
    assert.deepEqual([await count('t', 'contains', 'b'), await count('t', 'gte', 'b')], [1, 1]);
  });

  test('keeps the rows that a naive filter keeps, for all and for any', async () => {
    const value = fc.option(fc.integer({ min: 0, max: 4 }));
    const compare: Record<string, (a: number, b: number) => boolean> = {
      eq: (a, b) => a === b,
      ne: (a, b) => a !== b,
      lt: (a, b) => a < b,
      lte: (a, b) => a <= b,
      gt: (a, b) => a > b,
      gte: (a, b) => a >= b,
    };
    const condition = fc.record({
      column: fc.constantFrom('a' as const, 'b' as const),
      op: fc.constantFrom(...Object.keys(compare)),
      value: fc.integer({ min: 0, max: 4 }),
    });
    const { result } = await startTools(dataService());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ a: value, b: value }, { noNullPrototype: true }), { minLength: 1 }),
        fc.array(condition, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('all', 'any'),
        async (records, conditions, match) => {
          const types = { a: 'number', b: 'number' };
          await result('load', { table: 't', records, types });
          await result('filter', { table: 't', conditions, match, into: 'kept' });
          const { rows } = await result('rows', { table: 'kept', limit: 1_000 });
          const expected = records.filter((record) => {
            const holds = ({ column, op, value: given }: (typeof conditions)[number]) => {
              const cell = record[column];
              return cell !== null && compare[op]?.(cell, given) === true;
            };
            return match === 'all' ? conditions.every(holds) : conditions.some(holds);
          });
          assert.deepEqual(rows, expected);
        },
      ),
      { seed: SEED },
    );
  });

  test('sorts stably, with missing cells below every value', async () => {
    const { result } = await startWith({
      n: Float64Array.of(2, Number.NaN, 1, 2),
      t: ['b', 'c', null, 'a'],
      id: [0, 1, 2, 3],
    });
    const order = async (...by: object[]) => {
      const { columns } = await result<TableResult>('sort', { table: 't', by });
      return Array.from(columns['id'] ?? []);
    };
    assert.deepEqual(await order({ column: 'n' }), [1, 2, 0, 3]);
    assert.deepEqual(await order({ column: 'n', order: 'descending' }), [0, 3, 2, 1]);
    assert.deepEqual(await order({ column: 't' }), [2, 3, 0, 1]);
    assert.deepEqual(
      await order({ column: 'n', order: 'descending' }, { column: 't' }),
      [3, 0, 2, 1],
    );
  });

  test('keeps apart group keys that look alike, and takes names and texts as data', async () => {
    const name = '"]; throw new Error("code"); //';
    const { result } = await startWith({
      [name]: ['a"|"b', 'a', null, 'null'],
      d: ['c', 'b"|"c', null, 'null'],
      n: [1, 2, 3, 4],
    });
    const grouped = await result<TableResult>('group_aggregate', {
      table: 't',
      by: [name, 'd'],
      aggregates: [{ op: 'sum', column: 'n', as: 'total' }],
    });
    assert.deepEqual(grouped.columns['total'], Float64Array.of(1, 2, 3, 4));
    assert.deepEqual(grouped.columns[name], ['a"|"b', 'a', null, 'null']);
    const by = [{ column: name, order: 'descending' }];
    const sorted = await result<TableResult>('sort', { table: 't', by });
    assert.deepEqual(sorted.columns['n'], Float64Array.of(4, 1, 2, 3));
  });

  test('leaves missing cells out of aggregates and has none for a group without values', async () => {
    const { result } = await startWith({ k: ['x', 'x', 'y'], n: Float64Array.of(4, NaN, NaN) });
    const { columns } = await result<TableResult>('group_aggregate', {
      table: 't',
      by: ['k'],
      aggregates: ['count', 'sum', 'mean', 'min', 'max'].map((op) => ({ op, column: 'n' })),
    });
    assert.deepEqual(columns['count_n'], Float64Array.of(1, 0));
    for (const op of ['sum', 'mean', 'min', 'max']) {
      assert.deepEqual(columns[`${op}_n`], Float64Array.of(4, Number.NaN), op);
    }
  });

  test('aggregates the whole table without by, also an empty one', async () => {
    const { result } = await startWith({ n: new Float64Array() });
    const aggregates = [{ op: 'count' }, { op: 'sum', column: 'n' }];
    const whole = await result<TableResult>('group_aggregate', { table: 't', aggregates });
    assert.deepEqual(whole.columns, {
      count: Float64Array.of(0),
      sum_n: Float64Array.of(Number.NaN),
    });
    const none = await result<TableResult>('group_aggregate', {
      table: 't',
      by: ['n'],
      aggregates,
    });
    assert.equal(none.rowCount, 0);
    for (const name of none.columnNames) assert.equal(none.columns[name]?.length, 0, name);
  });

  test('says which column, table or value is wrong', async () => {
    const { failure } = await startWith({ price: [1, 2], label: ['a', 'b'] });
    const filter = (condition: object) =>
      failure('filter', { table: 't', conditions: [condition] });
    const aggregate = (...aggregates: object[]) =>
      failure('group_aggregate', { table: 't', by: ['label'], aggregates });
    assert.match(
      await failure('describe', { table: 'tt' }),
      /unknown table 'tt'. Did you mean 't'/,
    );
    assert.match(
      await failure('histogram', { table: 't', column: 'prize' }),
      /unknown column 'prize'. Did you mean 'price'/,
    );
    assert.match(await failure('histogram', { table: 't', column: 'label' }), /numeric column/);
    assert.match(await failure('column', { table: 't', column: 'x' }), /There is: price, label/);
    assert.match(await failure('rows', { table: 't', columns: ['x'] }), /unknown column/);
    assert.match(await failure('sort', { table: 't', by: [{ column: 'x' }] }), /unknown column/);
    assert.match(
      await filter({ column: 'price', op: 'eq', value: '1' }),
      /needs a number, got '1'/,
    );
    assert.match(await filter({ column: 'price', op: 'contains', value: 1 }), /column of text/);
    assert.match(await filter({ column: 'price', op: 'in', value: 1 }), /needs an array/);
    assert.match(await filter({ column: 'price', op: 'missing', value: 1 }), /needs no value/);
    assert.match(await filter({ column: 'price', op: 'eq' }), /needs a number, got undefined/);
    assert.match(await aggregate({ op: 'mean' }), /mean needs a column/);
    assert.match(await aggregate({ op: 'mean', column: 'label' }), /needs a numeric column/);
    assert.match(await aggregate({ op: 'quantile', column: 'price' }), /needs p/);
    assert.match(await aggregate({ op: 'count', as: 'label' }), /two columns are named 'label'/);
  });

  test('has no result where an aggregate overflows', async () => {
    const huge = Number.MAX_VALUE;
    const { failure } = await startWith({ n: [huge, huge, -huge], m: [huge, -huge, huge] });
    for (const [op, column] of [
      ['sum', 'n'],
      ['mean', 'm'],
    ]) {
      const aggregates = [{ op, column }];
      const message = await failure('group_aggregate', { table: 't', aggregates });
      assert.match(message, /goes beyond/);
    }
  });

  test('counts every value of a histogram once, whatever the range', async () => {
    const { result } = await startTools(dataService());
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1 }),
        fc.integer({ min: 1, max: 50 }),
        async (values, bins) => {
          await result('load', { table: 't', columns: { n: Float64Array.from(values) } });
          const args = { table: 't', column: 'n', bins };
          const found = await result<{ edges: Float64Array; counts: Float64Array }>(
            'histogram',
            args,
          );
          const { edges, counts } = found;
          const last = counts.length - 1;
          for (const [bin, count] of counts.entries()) {
            const [low = 0, high = 0] = edges.subarray(bin);
            const inside = values.filter(
              (value) => value >= low && (value < high || (bin === last && value <= high)),
            );
            assert.equal(count, inside.length);
          }
          assert.equal(
            counts.reduce((total, count) => total + count),
            values.length,
          );
        },
      ),
      { seed: SEED },
    );
  });

  test('refuses a histogram of nothing and with reversed edges', async () => {
    const { failure } = await startWith({ n: Float64Array.of(Number.NaN), m: [1] });
    assert.match(await failure('histogram', { table: 't', column: 'n' }), /has no values/);
    const reversed = { table: 't', column: 'm', min: 2, max: 1 };
    assert.match(await failure('histogram', reversed), /reversed: 2 > 1/);
  });

  test('bounds tables, rows and cells, and gives the room of dropped ones back', async () => {
    const { result, failure } = await startWith(
      { a: [1, 2, 3], b: [1, 2, 3] },
      { maxTables: 2, maxRows: 3, maxCells: 10 },
    );
    assert.match(await failure('load', csvAs('u', 'a\n1\n2\n3\n4\n')), /more than 3 rows/);
    assert.match(
      await failure('load', csvAs('u', 'a,b\n1,2\n1,2\n1,2\n')),
      /the 4 cells that are left/,
    );
    const records = [{ a: 1 }, { b: 1 }, { c: 1 }];
    assert.match(await failure('load', { table: 'u', records }), /3 rows × 2 columns/);
    await result('load', csvAs('u', 'a\n1\n2\n3\n'));
    assert.match(await failure('load', csvAs('v', 'a\n1\n')), /there are 2 tables/);
    await result('load', csvAs('t', 'a,b\n1,2\n1,2\n'));
    assert.deepEqual(await result('drop', { table: 't' }), { dropped: true });
    assert.deepEqual(await result('drop', { table: 't' }), { dropped: false });
    await result('load', csvAs('v', 'a,b\n1,2\n1,2\n1,2\n'));
    const { tables } = await result('list_tables', {});
    assert.deepEqual(tables, [
      { table: 'u', rowCount: 3, columnNames: ['a'] },
      { table: 'v', rowCount: 3, columnNames: ['a', 'b'] },
    ]);
  });

  test('returns no more rows than asked for, and says that there are more', async () => {
    const { result } = await startWith({ n: Float64Array.from({ length: 150 }, (_, i) => i) });
    const by = [{ column: 'n', order: 'descending' }];
    const cut = await result<TableResult>('sort', { table: 't', by });
    assert.deepEqual([cut.columns['n']?.length, cut.rowCount, cut.truncated], [100, 150, true]);
    const all = await result<TableResult>('sort', { table: 't', by, limit: 150 });
    assert.deepEqual([all.columns['n']?.length, all.truncated], [150, false]);
    const tail = await result('rows', { table: 't', offset: 149 });
    assert.deepEqual([tail['rows'], tail['truncated']], [[{ n: 149 }], false]);
  });

  test('reads files below its base only, by the guard of the file service', async () => {
    await withDirectory(async (directory) => {
      const base = join(directory, 'base');
      await mkdir(base);
      await writeFile(join(directory, 'secret.csv'), 'a\n1\n');
      await symlink('../secret.csv', join(base, 'link.csv'));
      await writeFile(join(base, 'a.txt'), 'a\n1\n');
      const { failure, result } = await startTools(
        dataService({ basePath: base, maxFileBytes: 20 }),
      );
      for (const path of ['../secret.csv', 'link.csv', join(directory, 'secret.csv'), 'none.csv']) {
        await failure('load', { table: 't', path });
      }
      assert.match(await failure('load', { table: 't', path: 'a.txt' }), /give a format/);
      await result('load', { table: 't', path: 'a.txt', format: 'csv' });
      await writeFile(join(base, 'a.csv'), 'x'.repeat(21));
      assert.match(await failure('load', { table: 't', path: 'a.csv' }), /limit of 20/);
    });
  });

  test('rejects options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => dataService({ basePath: '' }), { code });
    assert.throws(() => dataService({ maxRows: 0 }), { code });
    assert.throws(() => dataService({ maxTables: 1.5 }), { code });
    assert.throws(() => dataService({ maxCells: -1 }), { code });
    assert.throws(() => dataService({ maxFileBytes: Number.NaN }), { code });
    assert.throws(() => dataService({ base: '.' } as object), { code });
  });
});
