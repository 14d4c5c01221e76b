import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dataService } from '../../../../src/services/data/data-service.ts';
import { startTools } from '../start-tools.ts';

const SEED = 20_260_105;

async function loaded(args: object): Promise<Record<string, unknown>> {
  const { result } = await startTools(dataService());
  await result('load', { table: 't', ...args });
  const { rows } = await result('rows', { table: 't', limit: 1_000 });
  return { rows };
}

async function refusal(args: object): Promise<string> {
  const { failure, result } = await startTools(dataService());
  const message = await failure('load', { table: 't', ...args });
  assert.deepEqual(await result('list_tables', {}), { tables: [] });
  return message;
}

const csv = (text: string, options: object = {}) => ({ text, format: 'csv', ...options });

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

describe('load from CSV', () => {
  test('reads numbers, booleans, text and missing cells', async () => {
    const text = '\ufeffn,b,t,zip\n1.5,true,"a, ""b""\nc",02139\n,,,\n-2e3,false, x ,10001\n';
    assert.deepEqual(await loaded(csv(text)), {
      rows: [
        { n: 1.5, b: true, t: 'a, "b"\nc', zip: '02139' },
        { n: null, b: null, t: null, zip: null },
        { n: -2000, b: false, t: ' x ', zip: '10001' },
      ],
    });
  });

  test('reads numeric columns into typed arrays, NaN where a cell is missing', async () => {
    const { result } = await startTools(dataService());
    await result('load', { table: 't', ...csv('a,b\n1,x\n,y\n3,\n') });
    const a = await result('column', { table: 't', column: 'a' });
    assert.deepEqual(a['values'], Float64Array.of(1, Number.NaN, 3));
    const b = await result('column', { table: 't', column: 'b', offset: 1, limit: 5 });
    assert.deepEqual([b['values'], b['offset'], b['rowCount']], [['y', null], 1, 3]);
  });

  test('takes types, missing texts and a delimiter from the caller', async () => {
    const text = 'zip;n\n10001;1\nNA;NA\n';
    const options = { delimiter: ';', missing: ['NA'], types: { zip: 'text', n: 'number' } };
    assert.deepEqual(await loaded(csv(text, options)), {
      rows: [
        { zip: '10001', n: 1 },
        { zip: null, n: null },
      ],
    });
  });

  test('reports a cell of another type with row and column', async () => {
    const message = await refusal(csv('a,b\n,x\n1,y\n2,z\nabc,w\n'));
    assert.match(message, /^row 4, column 'a': 'abc' does not fit: .* number since row 2/);
    assert.match(await refusal(csv('a\ntrue\nmaybe\n')), /^row 2, column 'a': 'maybe'/);
    assert.match(await refusal(csv('a\n1\n1e999\n')), /^row 2, column 'a': Infinity/);
    const declared = csv('a\nx\n', { types: { a: 'number' } });
    assert.match(await refusal(declared), /^row 1, column 'a': 'x' does not fit: .* is number/);
  });

  test('reports a ragged row with what is lacking or too much', async () => {
    assert.match(await refusal(csv('a,b\n1,2\n3\n')), /^row 2 has 1 cells .* column 'b'/);
    assert.match(await refusal(csv('a,b\n1,2,3\n')), /^row 1 has 3 cells .* beyond .* 'b'/);
  });

  test('reports text that is no CSV', async () => {
    assert.match(await refusal(csv('a,b\n1,"2\n')), /^row 1/);
    assert.match(await refusal(csv('a,b\n1,2\n3,"4"5\n')), /^row 2/);
    assert.match(await refusal(csv('')), /empty/);
    assert.match(await refusal(csv('a,a\n1,2\n')), /two columns are named 'a'/);
    assert.match(await refusal(csv('a,\n1,2\n')), /column 2 has no name/);
    assert.match(await refusal(csv('__proto__\n1\n')), /__proto__/);
    assert.match(
      await refusal(csv('price\n1\n', { types: { prize: 'text' } })),
      /Did you mean 'price'/,
    );
  });

  test('reads back what any writer of RFC 4180 wrote', async () => {
    const { result } = await startTools(dataService());
    const cell = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\r'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (pairs) => {
        const text = ['a,b', ...pairs.map((pair) => pair.map(quote).join(','))].join('\r\n');
        const types = { a: 'text', b: 'text' };
        await result('load', { table: 't', text, format: 'csv', types });
        const { rows } = await result('rows', { table: 't', limit: 100 });
        assert.deepEqual(
          rows,
          pairs.map(([a, b]) => ({ a, b })),
        );
      }),
      { seed: SEED },
    );
  });
});

describe('load from records and columns', () => {
  test('takes JSON text and records alike, with the keys of all records', async () => {
    const records = [{ a: 1 }, { b: 'x', a: null }, { a: 2, c: true }];
    const rows = [
      { a: 1, b: null, c: null },
      { a: null, b: 'x', c: null },
      { a: 2, b: null, c: true },
    ];
    assert.deepEqual(await loaded({ records }), { rows });
    assert.deepEqual(await loaded({ text: JSON.stringify(records), format: 'json' }), { rows });
  });

  test('reports what is no cell with row and column', async () => {
    assert.match(await refusal({ records: [{ a: 1 }, { a: '1' }] }), /^row 2, column 'a': '1'/);
    assert.match(await refusal({ records: [{ a: [1] }] }), /^row 1, column 'a': .* is no value/);
    assert.match(await refusal({ records: [{ a: 1n }] }), /^row 1, column 'a'/);
    assert.match(await refusal({ records: [{ a: Number.NaN }] }), /^row 1, column 'a': NaN/);
    assert.match(await refusal({ text: '[1]', format: 'json' }), /^row 1 is no object/);
    assert.match(await refusal({ text: '{}', format: 'json' }), /no array/);
    assert.match(await refusal({ text: '[{]', format: 'json' }), /no JSON/);
    const proto = { text: '[{"__proto__": 1}]', format: 'json' };
    assert.match(await refusal(proto), /__proto__/);
  });

  test('copies typed arrays, which are the caller’s again after the reply', async () => {
    const { result } = await startTools(dataService());
    const given = Float32Array.of(1, Number.NaN, 3);
    await result('load', { table: 't', columns: { n: given, t: ['a', null, 'c'] } });
    given.fill(0);
    const first = await result<{ values: Float64Array }>('column', { table: 't', column: 'n' });
    first.values.fill(7);
    const { rows } = await result('rows', { table: 't' });
    assert.deepEqual(rows, [
      { n: 1, t: 'a' },
      { n: null, t: null },
      { n: 3, t: 'c' },
    ]);
  });

  test('reports columns of different lengths and numbers without an end', async () => {
    assert.match(await refusal({ columns: { a: [1], b: [] } }), /'b' has 0 rows and 'a' 1/);
    const columns = { a: Float64Array.of(1, Infinity) };
    assert.match(await refusal({ columns }), /^row 2, column 'a': Infinity/);
  });

  test('wants exactly one source, and a format for text', async () => {
    const { call } = await startTools(dataService());
    for (const source of [{}, { text: '', records: [] }]) {
      await assert.rejects(call('load', { table: 't', ...source }), { code: 'ERR_INVALID_PARAMS' });
    }
    assert.match(await refusal({ text: 'a' }), /format/);
    assert.match(await refusal({ path: 'a.csv' }), /without a basePath/);
  });
});
