import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertPlain, assertRefused, runCli, startCli, temporaryFolder } from '../helpers/cli.ts';
import { settingsFile, startServe, troubled, until } from '../helpers/serve.ts';

const folder = temporaryFolder('serve');
/** Against what hangs; a program may take seconds to start on a busy machine. */
const TIMEOUT = { timeout: 180_000 };
const TOKEN = 'correct-horse-battery';

describe('toolrig serve', { concurrency: 2, ...TIMEOUT }, () => {
  test('runs the three services, answers for them, and stops with 0', async () => {
    const serving = await startServe();
    for (const path of ['/livez', '/readyz']) assert.equal((await serving.get(path)).status, 200);
    const { tree, services, health, state, port } = await serving.status();
    assert.deepEqual([state, port, health.status], ['running', serving.port, 'healthy']);
    assert.deepEqual(
      tree.children?.map(({ id }) => id),
      ['telemetry', 'services', 'health'],
    );
    assert.deepEqual(
      services.map(({ name, status }) => [name, status]),
      [
        ['calculator', 'running'],
        ['file', 'running'],
        ['data', 'running'],
      ],
    );
    const call = ['call', 'file', 'tools/call'];
    const write = { name: 'write_file', arguments: { path: 'a.txt', text: 'hello' } };
    assert.equal((await serving.run([...call, JSON.stringify(write)])).exitCode, 0);
    const metrics = await serving.get('/metrics');
    assert.match(
      metrics.text,
      /^mcp_service_call_total\{service="file",method="tools\/call",tool="write_file",outcome="ok"\} 1$/m,
    );
    assert.match(metrics.text, /^mcp_service_count\{status="healthy"\} 3$/m);
    assert.match(metrics.text, /^process_cpu_seconds_total /m);

    const result = await serving.stop();
    assert.equal(result.exitCode, 0);
    assertPlain(result);
    assert.match(
      result.stdout,
      /^toolrig \S+, pid \d+\n\ntoolrig +running\n├─ telemetry +running\n/,
    );
    assert.match(result.stdout, /^│ {2}├─ calculator +running$/m);
    const root = /^file serves (\S+), which is empty/m.exec(result.stdout)?.[1] ?? '';
    assert.notEqual(root, '');
    assert.equal(existsSync(root), false, 'its temporary folder is gone');
    const stopped = result.stderr.split('\n').filter((line) => line.includes('"child ended"'));
    assert.deepEqual(
      stopped.map((line) => (JSON.parse(line) as { child: string }).child),
      ['health', 'data', 'file', 'calculator', 'services', 'telemetry'],
      'in reverse',
    );
  });

  test('runs the services of a file where it says, with settings and secrets around it', async () => {
    const config = settingsFile(folder, 'placed', {
      services: {
        calculator: { placement: 'worker' },
        files: { service: 'file', root: '.' },
        troubled: troubled({ args: [{ apiKey: { $env: 'RIG_KEY' } }] }),
      },
    });
    const log = join(folder, 'rig.log');
    const serving = await startServe([], {
      TOOLRIG_CONFIG: config,
      TOOLRIG_LOGS__FILE: log,
      TOOLRIG_LOGS__LEVEL: 'info',
      TOOLRIG_ADMIN_TOKEN: TOKEN,
      RIG_KEY: 'sunny-with-a-chance',
    });
    const { services } = await serving.status();
    assert.deepEqual(
      services.map(({ name, placement }) => [name, placement]),
      [
        ['calculator', 'worker'],
        ['files', 'inline'],
        ['troubled', 'inline'],
      ],
    );
    const refused = await serving.run(['call', 'troubled', 'knowsKey']);
    assertRefused(refused, 1, /admin token: set TOOLRIG_ADMIN_TOKEN/);
    const env = { TOOLRIG_ADMIN_TOKEN: TOKEN };
    assert.equal((await serving.run(['call', 'troubled', 'knowsKey'], env)).stdout, 'true\n');
    const add = '{"name":"add","arguments":{"a":1,"b":2}}';
    const sum = await serving.run(['call', 'calculator', 'tools/call', add], env);
    assert.match(sum.stdout, /"result": 3/);
    const list = '{"name":"list_directory","arguments":{"path":"."}}';
    const listed = await serving.run(['call', 'files', 'tools/call', list], env);
    assert.match(listed.stdout, /placed\.json/);
    assert.match((await serving.run(['status'])).stdout, /calculator +running, worker +healthy/);
    const result = await serving.stop();
    assert.equal(result.exitCode, 0);
    assert.ok(existsSync(log));
    assert.ok(!`${result.stdout}${result.stderr}`.includes(TOKEN));
  });

  test('keeps to its access policy, and writes down who called what', async () => {
    const audit = join(folder, 'audit.jsonl');
    const config = settingsFile(folder, 'guarded', {
      services: { calculator: {}, troubled: troubled() },
      access: { rules: [{ effect: 'allow', roles: ['operator'], services: ['calculator'] }] },
      audit: { file: audit },
    });
    const env = { TOOLRIG_ADMIN_TOKEN: TOKEN };
    const serving = await startServe(['--config', config], env);
    assert.equal((await serving.run(['call', 'calculator', 'ping'], env)).exitCode, 0);
    const denied = await serving.run(['call', 'troubled', 'ping'], env);
    assertRefused(denied, 1, /ERR_FORBIDDEN: /);
    assert.equal((await serving.status()).health.status, 'healthy', 'no policy holds for pings');
    assert.equal((await serving.stop()).exitCode, 0);
    const lines = readFileSync(audit, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => {
        const { caller, service, method, outcome } = JSON.parse(line) as Record<string, string>;
        return [caller, service, method, outcome];
      }),
      [
        ['operator', 'calculator', 'ping', 'ok'],
        ['operator', 'troubled', 'ping', 'denied'],
      ],
    );
  });

  test('restarts a service that crashes, and says so', async () => {
    const config = settingsFile(folder, 'crashing', { services: { troubled: troubled() } });
    const serving = await startServe(['--config', config]);
    const crash = await serving.run(['call', 'troubled', 'crash']);
    assertRefused(crash, 1, /ERR_SERVICE_EXIT: .*a defect/);
    const row = await until(async () => {
      const { services } = await serving.status();
      return services.find(({ status, restarts }) => status === 'running' && restarts === 1);
    });
    assert.equal(row.name, 'troubled');
    assert.match((await serving.get('/metrics')).text, /restarts_total\{service="troubled"\} 1/);
    assert.equal((await serving.post('troubled', 'ping')).status, 200);
    assert.equal((await serving.stop()).exitCode, 0);
  });

  test('kills a service that blocks its thread, and says that it was not well', async () => {
    const config = settingsFile(folder, 'blocked', {
      services: { troubled: troubled({ placement: 'worker' }), calculator: {} },
      health: {
        intervalMs: 600,
        deadlineMs: 500, // longer than a machine stands still
        onUnhealthy: 'restart',
        failuresBeforeRestart: 2,
      },
    });
    const serving = await startServe(['--config', config]);
    const looping = serving.run(['call', 'troubled', 'loop', '--timeout', '20s']);
    await until(async () => {
      const { services } = (await serving.status()).health;
      return services.find(({ status }) => status === 'failed');
    });
    const { exitCode, stdout } = await serving.run(['status']);
    // It may have been restarted since, on a machine that is slow to start a program.
    if (exitCode !== 0)
      assert.match(stdout, /^degraded: 1 of 2 services well[^]*troubled .*failed: /m);
    assertRefused(await looping, 1, /ERR_SERVICE_EXIT/);
    await until(async () =>
      (await serving.status()).health.status === 'healthy' ? true : undefined,
    );
    assert.equal((await serving.post('troubled', 'ping')).status, 200);
    assert.equal((await serving.status()).services[0]?.restarts, 1);
    assert.match((await serving.stop()).stderr, /"reason":"no-answer".*failed its health check/);
  });

  test('ends with 3 when its services fail more often than the supervisor allows', async () => {
    const config = settingsFile(folder, 'hopeless', {
      services: { troubled: troubled() },
      supervisor: { maxRestarts: 0 },
    });
    const serving = await startServe(['--config', config]);
    let crashes = 0;
    await until(async () => {
      try {
        if ((await serving.post('troubled', 'crash')).status === 503) crashes++;
        return undefined;
      } catch (error) {
        return error; // nothing is served any more
      }
    });
    // The supervisor of services allows none, the one above it three; by its default it would be sixteen.
    assert.ok(crashes < 10, `${crashes} crashes`);
    const { exitCode, stderr } = await serving.result;
    assert.equal(exitCode, 3);
    assert.match(stderr, /^toolrig: the supervisor gave up/m);
  });
});

describe('toolrig serve, asked to stop', { concurrency: 2, ...TIMEOUT }, () => {
  const config = () =>
    settingsFile(folder, 'draining', {
      services: { troubled: troubled({ shutdown: 'infinity' }), file: {} },
      drainDeadlineMs: 50_000,
    });
  const hasStarted = (serving: Awaited<ReturnType<typeof startServe>>) =>
    until(async () => ((await serving.status()).services[0]?.inFlight === 1 ? true : undefined));

  test('takes no new calls, and lets those in flight end', async () => {
    const serving = await startServe(['--config', config()]);
    const path = join(folder, 'is-done');
    const wait = ['call', 'troubled', 'waitFor', JSON.stringify({ path })];
    const waiting = serving.run([...wait, '--timeout', '50s']);
    await hasStarted(serving);
    serving.process.kill('SIGTERM');
    await serving.said('draining (again to end at once)');
    assert.equal((await serving.get('/readyz')).status, 503);
    assert.equal((await serving.get('/livez')).status, 200);
    const { state, services } = await serving.status();
    assert.equal(state, 'draining');
    assert.deepEqual(
      services.map(({ status }) => status),
      ['running', 'running'],
      'none is stopped as long as a call may need it',
    );
    const late = await serving.run(['call', 'troubled', 'ping']);
    assertRefused(late, 1, /ERR_SERVICE_EXIT: the application is draining/);
    writeFileSync(path, '');
    const waited = await waiting;
    assert.deepEqual([waited.exitCode, waited.stdout], [0, '"done"\n']);
    assert.equal((await serving.result).exitCode, 0);
  });

  test('ends what is not done by the deadline', async () => {
    const serving = await startServe(['--config', config()], { TOOLRIG_DRAIN_DEADLINE_MS: '300' });
    const hanging = serving.run(['call', 'troubled', 'hang', '--timeout', '60s']);
    await hasStarted(serving);
    const result = await serving.stop();
    assert.equal(result.exitCode, 0);
    assert.match(result.stderr, /^toolrig: not all was done within 300 ms; the rest was ended$/m);
    assertRefused(await hanging, 1, /ERR_SERVICE_EXIT/);
  });

  test('while it starts keeps to the deadline, too', async () => {
    const services = { stuck: troubled({ args: [{ isStuck: true }] }) };
    const settings = settingsFile(folder, 'stuck', { drainDeadlineMs: 300, services });
    const running = startCli(['serve', '--port', '0', '--config', settings], {});
    await running.said('"telemetry"');
    running.process.kill('SIGTERM');
    const result = await running.result;
    assert.equal(result.exitCode, 0);
    assert.match(result.stderr, /^toolrig: not all was done within 300 ms; the rest was ended$/m);
    assert.equal(result.stdout, '');
  });

  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`twice, by ${signal}, ends at once with ${exitCode}`, async () => {
      const serving = await startServe(['--config', config()]);
      const hanging = serving.run(['call', 'troubled', 'hang', '--timeout', '60s']);
      await hasStarted(serving);
      serving.process.kill(signal);
      await serving.said('draining');
      const again = setInterval(() => serving.process.kill(signal), 100);
      void serving.result.finally(() => clearInterval(again));
      const ended = await serving.result;
      assert.equal(ended.exitCode, exitCode);
      const root = /^file serves (\S+),/m.exec(ended.stdout)?.[1] ?? '';
      assert.notEqual(root, '');
      assert.equal(existsSync(root), false, 'its temporary folder is gone');
      assertRefused(await hanging, 3, /did not answer/);
    });
  }
});

describe('toolrig serve that cannot start', { concurrency: 2, ...TIMEOUT }, () => {
  test('says everything that is wrong with its settings, and ends with 2', async () => {
    const config = settingsFile(folder, 'wrong', {
      prot: 1,
      services: { file: { placement: 'wroker' } },
      adminToken: TOKEN,
    });
    const env = { TOOLRIG_DRAIN_DEADLINE_MS: 'soon' };
    const result = await runCli(['serve', '--config', config], { env });
    assert.deepEqual([result.exitCode, result.stdout], [2, '']);
    assertPlain(result);
    assert.match(result.stderr, /^toolrig: the configuration has 4 problems:$/m);
    assert.match(result.stderr, /^ {2}prot \(\S+wrong\.json\): .*Did you mean 'port'\?$/m);
    assert.match(result.stderr, /^ {2}services\.file\.placement .*'worker'/m);
    assert.match(result.stderr, /^ {2}drainDeadlineMs \(TOOLRIG_DRAIN_DEADLINE_MS\): /m);
    assert.match(result.stderr, /^ {2}adminToken \(\S+\): a secret must not stand in the file/m);
    assert.ok(!result.stderr.includes(TOKEN));
  });

  test('says that there is no such file, with 2', async () => {
    const result = await runCli(['serve', '--config', join(folder, 'none.json')]);
    assertRefused(result, 2, /the configuration cannot be read: ENOENT/);
  });

  test('says that its port is taken, with 3, before it starts anything', async () => {
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const serving = await startServe();
    const env = { TMPDIR: temporary };
    const result = await runCli(['serve', '--port', String(serving.port)], { env });
    assert.deepEqual(readdirSync(temporary), [], 'not even a folder');
    assertRefused(result, 3, /cannot listen on 127\.0\.0\.1:\d+: the port is taken: .*--port/);
    await serving.stop();
  });

  test('names the service that did not start and why, with 3', async () => {
    const config = settingsFile(folder, 'broken', {
      services: { calculator: {}, troubled: troubled({ args: [{ brokenBy: 'no disk' }] }) },
      logs: { level: 'silent' },
    });
    const result = await runCli(['serve', '--port', '0', '--config', config]);
    assertRefused(result, 3, /'troubled'.*no disk/);
  });
});
