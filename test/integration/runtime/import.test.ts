import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ENTRY = pathToFileURL(resolve(import.meta.dirname, '../../../src/runtime/index.js')).href;

/** Prints which packages are loaded after the import, and after the first text. */
const SCRIPT = `
  import { createRequire } from 'node:module';
  const { cache } = createRequire(${JSON.stringify(ENTRY)});
  const loaded = () => ['prom-client', '@opentelemetry/api'].filter((name) =>
    Object.keys(cache).some((path) => path.includes('/node_modules/' + name + '/')));
  const { MetricsCollector, OtelTracing, prometheusText } = await import(${JSON.stringify(ENTRY)});
  const atFirst = loaded();
  await prometheusText(new MetricsCollector());
  await new OtelTracing().start();
  console.log(JSON.stringify([atFirst, loaded()]));
`;

test('Importing the runtime loads no package that only reporters need', async () => {
  const args = ['--input-type=module', '--eval', SCRIPT];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.deepEqual(JSON.parse(stdout), [[], ['prom-client', '@opentelemetry/api']]);
});
