import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { StatusDocument } from '../../src/cli/serving/status-document.ts';
import { assertRefused, CLI_MAIN, runCli, startProgram, temporaryFolder } from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';
import { type Serving, settingsFile, startServe, troubled } from '../helpers/serve.ts';

const folder = temporaryFolder('status');
const ESCAPE = '\u001b';
const TIMEOUT = { timeout: 180_000 };

describe('toolrig status and call', { concurrency: 2, ...TIMEOUT }, () => {
  let serving: Serving;

  before(async () => {
    const services = { calculator: {}, troubled: troubled() };
    const config = settingsFile(folder, 'rig', { services, logs: { level: 'error' } });
    serving = await startServe(['--config', config]);
  });
  after(() => serving.stop());

  test('status shows the tree with health and load, and ends with 0', async () => {
    const { exitCode, stdout, stderr } = await serving.run(['status']);
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^toolrig \S+ {2}running for \d+ s, pid \d+, http:/);
    assert.match(
      stdout,
      /^healthy: 2 of 2 services well, checked \d+ s ago; [\d.]+ calls\/s, p99 /m,
    );
    assert.match(stdout, /^ +state +health +calls\/s +p99 +waiting +in flight +restarts$/m);
    assert.match(stdout, /^│ {2}├─ calculator +running +healthy +[\d.]+k? +\S.* 0 +0 +0$/m);
    assert.ok(!stdout.includes(ESCAPE), 'no colours in a pipe');
  });

  test('status is coloured where that is asked for', async () => {
    const { stdout } = await serving.run(['status'], { FORCE_COLOR: '1' });
    assert.ok(stdout.includes(`${ESCAPE}[32mhealthy`));
    const env = { FORCE_COLOR: '1', NO_COLOR: '1' };
    assert.ok(!(await serving.run(['status'], env)).stdout.includes(ESCAPE));
  });

  test('status --json prints one document', async () => {
    const { stdout } = await serving.run(['status', '--json']);
    const status = JSON.parse(stdout) as StatusDocument;
    assert.equal(status.pid, serving.process.pid);
  });

  test('status --watch prints a plain line each time where there is no terminal', async () => {
    const watching = serving.start(['status', '--watch']);
    await watching.printed(/(\S+Z {2}running {2}healthy {2}2\/2 services .*\n){2}/);
    watching.process.kill('SIGINT');
    const { stdout, signal, stderr } = await watching.result;
    assert.deepEqual([signal, stderr], ['SIGINT', '']);
    assert.ok(!stdout.includes(ESCAPE));
  });

  test('status --watch ends when nobody reads it any more', async () => {
    const watching = serving.start(['status', '--watch']);
    await watching.printed(/\n/);
    watching.process.stdout?.destroy();
    const { exitCode, stderr } = await watching.result;
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  test('status --watch --json prints a document a line', async () => {
    const watching = serving.start(['status', '--watch', '--json']);
    await watching.printed(/\n.*\n/);
    watching.process.kill('SIGINT');
    const lines = (await watching.result).stdout.trimEnd().split('\n');
    for (const line of lines) assert.equal((JSON.parse(line) as StatusDocument).schemaVersion, 1);
  });

  test('call prints the reply as JSON', async () => {
    const pong = await serving.run(['call', 'calculator', 'ping']);
    assert.deepEqual(pong, { exitCode: 0, signal: null, stdout: '{}\n', stderr: '' });
    const echo = await serving.run(['call', 'troubled', 'echo', '{"deep":[1,"ü"]}']);
    assert.deepEqual(JSON.parse(echo.stdout), { deep: [1, 'ü'] });
  });

  test('call reads parameters from a file, or from standard input', async () => {
    const file = settingsFile(folder, 'parameters', [1, 2]);
    const echo = ['call', 'troubled', 'echo'];
    assert.deepEqual(JSON.parse((await serving.run([...echo, `@${file}`])).stdout), [1, 2]);
    const missing = await refusalOf([...echo, '@none.json']);
    assertRefused(missing, 2, /the parameters cannot be read: ENOENT/);
    const piped = `"${process.execPath}" "${CLI_MAIN}" ${echo.join(' ')} @- --port ${serving.port}`;
    const { result } = startProgram(['sh', '-c', `echo '[3]' | ${piped}`]);
    assert.deepEqual(JSON.parse((await result).stdout), [3]);
  });

  test('call ends with 1 and the code when the call fails', async () => {
    const run = (...args: string[]) => serving.run(['call', ...args]);
    assertRefused(await run('calcultor', 'ping'), 1, /ERR_SERVICE_NOT_FOUND: .*'calculator'\?/);
    const unknown = await run('calculator', 'tools/call', '{"name":"ad","arguments":{}}');
    assertRefused(unknown, 1, /ERR_UNKNOWN_TOOL: .*'add'/);
    const hang = await run('troubled', 'hang', '--timeout', '100ms');
    assertRefused(hang, 1, /ERR_TIMEOUT: .*100 ms/);
  });

  test('call prints what a tool that could not do it says, and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await serving.run([
      'call',
      'troubled',
      'tools/call',
      '{"name":"grumble","arguments":{}}',
    ]);
    assert.deepEqual([exitCode, stderr], [1, '']);
    assert.match(stdout, /"isError": true/);
    assert.match(stdout, /not today/);
  });

  test('call refuses parameters that are no JSON, with 2', async () => {
    const result = await refusalOf(['call', 'calculator', 'ping', '{a:1}']);
    assertRefused(result, 2, /the parameters are no JSON/);
  });
});

describe('toolrig status and call, where nothing is served', { concurrency: 2, ...TIMEOUT }, () => {
  // A port that was free a moment ago.
  let port = 0;

  before(async () => {
    const server = createServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
    await new Promise((resolve) => server.close(resolve));
  });

  test('end with 3 and say how to start it', async () => {
    const told = /nothing is served at http:\/\/127\.0\.0\.1:\d+: start it with toolrig serve/;
    assertRefused(await runCli(['status', '--port', String(port)]), 3, told);
    assertRefused(await refusalOf(['call', 'a', 'ping', '--port', String(port)]), 3, told);
  });

  test('end with 3 when something else listens there', async () => {
    const server = createServer((_, response) => response.end('<h1>hello</h1>'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const other = String((server.address() as AddressInfo).port);
    assertRefused(await refusalOf(['status', '--port', other]), 3, /is no toolrig serve/);
    assertRefused(await refusalOf(['call', 'a', 'b', '--port', other]), 3, /is no toolrig serve/);
    server.close();
  });

  test('status --watch ends with 3 when what it watches has ended', async () => {
    const serving = await startServe();
    const watching = serving.start(['status', '--watch']);
    await watching.printed(/healthy/);
    await serving.stop();
    const { exitCode, stderr } = await watching.result;
    assert.equal(exitCode, 3);
    assert.match(stderr, /^toolrig: nothing is served/);
  });

  test('refuse a TOOLRIG_PORT that is none, with 2', async () => {
    const result = await runCli(['status'], { env: { TOOLRIG_PORT: '0' } });
    assertRefused(result, 2, /TOOLRIG_PORT must be a port from 1 to 65535 .*got '0'/);
  });
});
