/** Schemas of the data service's tools: what each takes and the structured result it gives. */

import { AGGREGATE_OPERATORS } from './aggregate-request.ts';
import { OPERATORS } from './filter.ts';

const name = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 0 };
const columnType = { enum: ['number', 'text', 'boolean'] };
const nullableNumber = { type: ['number', 'null'] };
const table = { ...name, description: 'Name of a table' };
const column = { ...name, description: 'Name of a column' };
const into = { ...name, description: 'Keep the result as this table instead of returning it' };
const limit = { type: 'integer', minimum: 0, description: 'Rows returned at most. Default: 100' };
const offset = { type: 'integer', minimum: 0, description: 'First row, from 0. Default: 0' };

/** A column of numbers is a typed array natively, and is not looked at element by element. */
const values = {
  anyOf: [
    { type: 'array', items: { type: 'number' } },
    { type: 'array', items: { type: ['number', 'string', 'boolean', 'null'] } },
  ],
};

function object(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', properties, required };
}

function args(properties: Record<string, object>, required: readonly string[]): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

const tableResult = object(
  {
    table,
    rowCount: count,
    columnNames: { type: 'array', items: name },
    columns: { type: 'object', additionalProperties: values },
    truncated: { type: 'boolean' },
  },
  ['table', 'columns', 'truncated'],
);

export const LOAD = {
  input: args(
    {
      table,
      text: { type: 'string', description: 'CSV, or a JSON array of records; needs format' },
      path: { type: 'string', description: 'File relative to the base directory' },
      records: { type: 'array', items: { type: 'object' } },
      columns: { type: 'object', additionalProperties: values },
      format: { enum: ['csv', 'json'] },
      delimiter: { type: 'string', pattern: '^[^"\\r\\n]$', description: 'Default: ,' },
      missing: {
        type: 'array',
        items: { type: 'string' },
        description: "Texts that mean 'no value'. Default: [''] in CSV, none in JSON",
      },
      types: {
        type: 'object',
        additionalProperties: columnType,
        description: 'Types of columns. Default: by the first value of each',
      },
    },
    ['table'],
  ),
  output: object({
    table,
    rowCount: count,
    columns: {
      type: 'array',
      items: object({ name, type: columnType, missing: count }),
    },
  }),
};

export const LIST_TABLES = {
  input: args({}, []),
  output: object({
    tables: {
      type: 'array',
      items: object({ table, rowCount: count, columnNames: { type: 'array', items: name } }),
    },
  }),
};

export const DROP = {
  input: args({ table }, ['table']),
  output: object({ dropped: { type: 'boolean' } }),
};

export const DESCRIBE = {
  input: args({ table }, ['table']),
  output: object({
    table,
    rowCount: count,
    columns: {
      type: 'array',
      items: object(
        {
          name,
          type: columnType,
          missing: count,
          min: nullableNumber,
          max: nullableNumber,
          mean: nullableNumber,
          stdev: nullableNumber,
          distinct: count,
        },
        ['min', 'max', 'mean', 'stdev', 'distinct'],
      ),
    },
  }),
};

export const FILTER = {
  input: args(
    {
      table,
      conditions: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            column,
            op: { enum: [...OPERATORS] },
            value: { description: "Of the column's type; an array for in" },
          },
          required: ['column', 'op'],
          additionalProperties: false,
        },
      },
      match: { enum: ['all', 'any'], description: 'Default: all' },
      into,
      limit,
    },
    ['table', 'conditions'],
  ),
  output: tableResult,
};

export const SORT = {
  input: args(
    {
      table,
      by: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: { column, order: { enum: ['ascending', 'descending'] } },
          required: ['column'],
          additionalProperties: false,
        },
      },
      into,
      limit,
    },
    ['table', 'by'],
  ),
  output: tableResult,
};

export const GROUP_AGGREGATE = {
  input: args(
    {
      table,
      by: { type: 'array', items: column, description: 'Default: one group of all rows' },
      aggregates: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            op: { enum: [...AGGREGATE_OPERATORS] },
            column,
            p: { type: 'number', minimum: 0, maximum: 1, description: 'Of a quantile' },
            as: { ...name, description: 'Name of the result. Default: op_column' },
          },
          required: ['op'],
          additionalProperties: false,
        },
      },
      into,
      limit,
    },
    ['table', 'aggregates'],
  ),
  output: tableResult,
};

export const HISTOGRAM = {
  input: args(
    {
      table,
      column,
      bins: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Default: 10' },
      min: { type: 'number', description: 'Lowest edge. Default: the least value' },
      max: { type: 'number', description: 'Highest edge. Default: the greatest value' },
    },
    ['table', 'column'],
  ),
  output: object({
    edges: { type: 'array', items: { type: 'number' } },
    counts: { type: 'array', items: { type: 'number' } },
    below: count,
    above: count,
    missing: count,
  }),
};

export const COLUMN = {
  input: args({ table, column, offset, limit: { ...limit, description: 'Default: all' } }, [
    'table',
    'column',
  ]),
  output: object({ table, column, type: columnType, rowCount: count, offset: count, values }),
};

export const ROWS = {
  input: args({ table, columns: { type: 'array', items: column }, offset, limit }, ['table']),
  output: object({
    table,
    rowCount: count,
    offset: count,
    rows: { type: 'array', items: { type: 'object' } },
    truncated: { type: 'boolean' },
  }),
};
