import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import { tellsProcessUsage } from '../../src/harness/variants/process-usage.ts';
import {
  assertPlain,
  assertRefused,
  type CliResult,
  runCli,
  temporaryFolder,
} from '../helpers/cli.ts';
import { type ForeignHttp, startForeignHttp } from '../helpers/foreign-server.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('load');
const STDIO = fileURLToPath(new URL('../helpers/foreign-server.js', import.meta.url));
const ADD = ['--tool', 'add', '-a', '{"a":1,"b":2}'];
const QUIET = ['-q', '--out', folder];

function refused(...words: string[]): Promise<CliResult> {
  return refusalOf(['load', ...words]);
}

function recordOf({ stdout }: CliResult) {
  const record = JSON.parse(stdout) as RunRecord;
  const [scenario] = record.scenarios;
  const [variant] = scenario?.variants ?? [];
  assert.ok(scenario !== undefined && variant !== undefined);
  return { record, scenario, variant };
}

describe('toolrig load refuses, before anything is connected', () => {
  const HERE = 'http://127.0.0.1:1/mcp';
  const MISTAKES: readonly [written: readonly string[], message: RegExp][] = [
    [[], /name the tool .*--tool NAME/],
    [ADD, /there is no target: /],
    [['https://example.com/mcp', ...ADD], /not this machine.*--allow-host example\.com$/m],
    [[HERE, ...ADD, '-H', 'hush'], /--header must be a name and a value/],
    [[HERE, '--tool', 'add', '-a', '{'], /the arguments are no JSON/],
    [[HERE, ...ADD, '--thresold', 'p99 < 1s'], /Did you mean --threshold\?/],
    [[HERE, ...ADD, '-R', '5', '--think', '1ms'], /exclude each other/],
    [['--quick', '--', 'node', '--thresold'], /no flag --quick/],
  ];
  for (const [written, message] of MISTAKES) {
    test(`load ${written.join(' ')}`, async () => {
      assertRefused(await refused(...written), 2, message);
    });
  }
});

/** The examples of the help, each as the words of its command line. */
async function examples(): Promise<string[][]> {
  const { stdout } = await runCli(['load', '--help']);
  const lines = stdout.replaceAll(/\\\n\s+/g, '').match(/^ {2}toolrig load .+$/gm) ?? [];
  return lines.map((line) =>
    [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)]
      .slice(1)
      .map(([, single, double, plain]) => single ?? double ?? plain ?? ''),
  );
}

test('the examples of the help ask for what can be done, if there were a server', async () => {
  const commands = await examples();
  assert.equal(commands.length, 6);
  for (const words of commands) {
    const elsewhere = words.map((word) =>
      word
        .replace(/https?:\/\/[^/]+/, 'http://127.0.0.1:1')
        .replace('@inputs.json', '[{"a":1,"b":2}]')
        .replace('node', 'no-such-program'),
    );
    assertRefused(await refusalOf(['load', ...QUIET, ...elsewhere.slice(1)]), 3, /REFUSED|no such/);
  }
});

describe('toolrig load asks a server over HTTP before it loads it', () => {
  let server: ForeignHttp;
  let trouble: Parameters<typeof startForeignHttp>[0];

  before(async () => {
    server = await startForeignHttp((...exchange) => trouble?.(...exchange) ?? false);
  });
  after(() => server.close());

  test('a misspelled tool: 2, with the nearest', async () => {
    const result = await refused(server.url, '--tool', 'ad', ...QUIET);
    assertRefused(result, 2, /'foreign' has no tool 'ad'\. Did you mean 'add'\?/);
    assert.equal(server.calls(), 0);
  });

  test('a tool that cannot do it: 4, with what it says', async () => {
    const result = await refused(server.url, '--tool', 'fail', ...QUIET);
    assertRefused(result, 4, /the tool reports an error: never works/);
  });

  test('who it is that asks: 3, with the flag', async () => {
    trouble = (_request, response) => {
      response.writeHead(401).end();
      return true;
    };
    const result = await refused(server.url, ...ADD, ...QUIET);
    trouble = undefined;
    assertRefused(result, 3, /HTTP 401 .*--header 'Authorization: Bearer TOKEN'/);
  });

  test('and then calls it as often as it was told, and keeps its secrets', async () => {
    const callsBefore = server.calls();
    const out = join(folder, 'http');
    const result = await runCli([
      'load',
      server.url,
      ...ADD,
      '-n',
      '40',
      '--rounds',
      '2',
      '--warmup',
      '1ms',
      '-H',
      'X-Key: hush',
      '--expect',
      'sum 3',
      '--json',
      '-q',
      '--out',
      out,
    ]);
    assert.equal(result.exitCode, 0, result.stderr);
    assertPlain(result);
    assert.equal(server.headers()['x-key'], 'hush');
    const { record, scenario, variant } = recordOf(result);
    assert.deepEqual([scenario.name, scenario.twin], ['add', undefined]);
    assert.deepEqual(
      [variant.variant, variant.calls, variant.succeeded, variant.usageOf],
      ['http', 40, 40, 'caller'],
    );
    // The one before, and those of the warm-up.
    assert.ok(server.calls() - callsBefore > 40);
    assert.match(record.command, /-H 'X-Key: …'/);
    for (const name of readdirSync(join(out, record.runId))) {
      assert.doesNotMatch(readFileSync(join(out, record.runId, name), 'utf8'), /hush/, name);
    }
  });
});

describe('toolrig load starts a server over stdio', { concurrency: 2 }, () => {
  test('and measures what its processes use as well', async () => {
    const result = await runCli([
      'load',
      ...ADD,
      '-R',
      '200',
      '-d',
      '100ms',
      '--warmup',
      '1ms',
      '--json',
      '-q',
      '--threshold',
      'errors <= 0%',
      '--out',
      folder,
      '--',
      'sh',
      '-c',
      `node ${STDIO}; true`,
    ]);
    assert.equal(result.exitCode, 0, result.stderr);
    const { scenario, variant } = recordOf(result);
    assert.equal(scenario.executor, 'open');
    assert.deepEqual([variant.variant, variant.calls, variant.failed], ['stdio', 20, 0]);
    assert.equal(variant.usageOf, tellsProcessUsage() ? undefined : 'caller');
    assert.ok((variant.serviceNs?.p50 ?? 0) > 0);
  });

  test('one that dies under load: 3, and what was measured is kept', async () => {
    const result = await runCli([
      'load',
      ...ADD,
      '-n',
      '200',
      '--rounds',
      '4',
      '--warmup',
      '1ms',
      '--json',
      '-q',
      '--out',
      folder,
      '--',
      process.execPath,
      STDIO,
      'dies',
    ]);
    assert.equal(result.exitCode, 3, result.stderr);
    assert.match(result.stderr, /the server is gone: its process exited with code 7/);
    const { variant } = recordOf(result);
    assert.ok(variant.succeeded > 0);
    assert.equal(variant.errors.ERR_SERVICE_EXIT, variant.failed);
    assert.match(variant.firstFailure ?? '', /'foreign' ended \(its process exited with code 7\)/);
  });
});
