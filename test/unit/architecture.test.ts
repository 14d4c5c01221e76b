import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { describe, test } from 'node:test';
import { findArchitectureProblems, importsOf } from '../helpers/architecture.ts';

/** From dist/test/unit to the sources. */
const SRC = resolve(import.meta.dirname, '../../../src');

function readSources(): Map<string, string> {
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [name.split(sep).join('/'), readFileSync(join(SRC, name), 'utf8')]),
  );
}

/** The real house with one more file in it. */
function withFile(path: string, source: string): string[] {
  return findArchitectureProblems(readSources().set(path, source));
}

describe('The sources', () => {
  test('follow the arrows of the house, without cycles, barrels or stray packages', () => {
    const sources = readSources();
    assert.ok(sources.size > 20, 'finds the sources');
    assert.ok(sources.has('core/errors.ts'));
    assert.deepEqual(findArchitectureProblems(sources), []);
  });
});

describe('The check of the house', () => {
  const planted: [string, string, string, string][] = [
    [
      'the core importing a room above it',
      'core/planted.ts',
      "import { Service } from '../runtime/dispatch/service.ts';",
      'core/planted.ts imports runtime/dispatch/service.ts: no arrow from core',
    ],
    [
      'telemetry importing dispatch, even a type',
      'runtime/telemetry/planted.ts',
      "import type { CallOptions } from '../dispatch/call-context.ts';",
      'runtime/telemetry/planted.ts imports runtime/dispatch/call-context.ts: no arrow from runtime/telemetry',
    ],
    [
      'the runtime importing over the wall',
      'runtime/dispatch/planted.ts',
      "import {\n  SCHEMA_VERSION,\n} from '../../harness/results/run-record.ts';",
      'runtime/dispatch/planted.ts imports harness/results/run-record.ts: no arrow from runtime/dispatch',
    ],
    [
      'a service importing a private file of the runtime',
      'services/planted.ts',
      "import { Registry } from '../runtime/dispatch/registry.ts';",
      'services/planted.ts imports runtime/dispatch/registry.ts: no arrow from services',
    ],
    [
      'a variant importing a private file of the runtime',
      'harness/variants/planted.ts',
      "const { Service } = await import('../../runtime/dispatch/service.ts');",
      'harness/variants/planted.ts imports runtime/dispatch/service.ts: no arrow from harness/variants',
    ],
    [
      'the load generator importing the runtime',
      'harness/load/planted.ts',
      "import '../../runtime/index.ts';",
      'harness/load/planted.ts imports runtime/index.ts: no arrow from harness/load',
    ],
    [
      'dispatch importing its own public entry',
      'runtime/dispatch/planted.ts',
      "import { ToolrigError } from '../index.ts';",
      'runtime/dispatch/planted.ts imports runtime/index.ts: no arrow from runtime/dispatch',
    ],
    [
      'anybody importing the program that prints',
      'mcp/planted.ts',
      "import { main } from '../cli/main.ts';",
      'mcp/planted.ts imports cli/main.ts: no arrow from mcp',
    ],
    [
      'a file that gathers the exports of others',
      'core/planted.ts',
      "export * from './clock.ts';",
      'core/planted.ts is a barrel',
    ],
    ['an index within a room', 'core/index.ts', 'export const x = 1;', 'core/index.ts is a barrel'],
    [
      'a package outside its room',
      'core/planted.ts',
      "import * as z from 'zod';",
      'core imports the package zod, which belongs to runtime/dispatch, runtime/config',
    ],
    [
      'a subpath of a package outside its room',
      'services/planted.ts',
      "import { Ajv } from 'ajv/dist/2020.js';",
      'services imports the package ajv, which belongs to runtime/dispatch, harness/results',
    ],
    [
      'files in pure rooms',
      'harness/stats/planted.ts',
      "import { readFileSync } from 'node:fs';",
      "harness/stats/planted.ts imports 'node:fs': harness/stats is pure",
    ],
    [
      'the package importing itself by name',
      'services/planted.ts',
      "import { defineService } from 'toolrig';",
      "services/planted.ts imports 'toolrig': inside the package use the path",
    ],
    [
      'a file outside every room',
      'planted.ts',
      'export const x = 1;',
      'planted.ts is in no room of the house',
    ],
    [
      'a file that imports itself',
      'core/planted.ts',
      "import { x } from './planted.ts';",
      'cycle: core/planted.ts → core/planted.ts',
    ],
  ];
  for (const [what, path, source, problem] of planted) {
    test(`reports ${what}`, () => {
      assert.ok(withFile(path, source).includes(problem), withFile(path, source).join('\n'));
    });
  }

  test('reports a cycle with the way round', () => {
    const sources = new Map([
      ['core/a.ts', "import { b } from './b.ts';"],
      ['core/b.ts', "import type { C } from './c.ts';"],
      ['core/c.ts', "import { a } from './a.ts';"],
    ]);
    assert.deepEqual(findArchitectureProblems(sources), [
      'cycle: core/a.ts → core/b.ts → core/c.ts → core/a.ts',
    ]);
  });

  test('reports an unlisted package that two rooms import', () => {
    const sources = new Map([
      ['harness/load/a.ts', "import pad from 'left-pad';"],
      ['mcp/b.ts', "import pad from 'left-pad';"],
      ['mcp/c.ts', "import { Server } from '@modelcontextprotocol/server';"],
    ]);
    assert.deepEqual(findArchitectureProblems(sources), [
      'mcp imports the package left-pad, which belongs to harness/load',
    ]);
  });

  test('allows what the house allows', () => {
    const sources = new Map([
      ['core/clock.ts', ''],
      ['harness/variants/native.ts', "import { NativeTransport } from '../../runtime/index.ts';"],
      ['runtime/dispatch/transport.ts', "import type { Clock } from '../../core/clock.ts';"],
      ['runtime/index.ts', "export { NativeTransport } from './dispatch/transport.ts';"],
      ['cli/main.ts', "import { x } from '../runtime/dispatch/transport.ts';"],
    ]);
    assert.deepEqual(findArchitectureProblems(sources), []);
  });

  test('reads imports, not comments or strings about them', () => {
    const source = [
      "/** As in `import x from 'comment'`. */",
      "// import x from 'line-comment';",
      "import 'side-effect';",
      "import type { A } from './a.ts';",
      "import b, { type C } from './b.ts';",
      "export { d } from './d.ts';",
      "const text = `import x from 'text'`;",
    ].join('\n');
    assert.deepEqual(
      importsOf('x.ts', source).map(({ specifier }) => specifier),
      ['side-effect', './a.ts', './b.ts', './d.ts'],
    );
  });
});
