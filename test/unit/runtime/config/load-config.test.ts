import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import type { ConfigProblem } from '../../../../src/runtime/config/config-problem.ts';
import {
  type ConfigSources,
  type LoadedConfig,
  loadConfig,
} from '../../../../src/runtime/config/load-config.ts';
import { parsePolicy } from '../../../../src/runtime/dispatch/access/policy-data.ts';

const TOKEN = 'correct-horse-battery';
const SECRET_FILES: Readonly<Record<string, string>> = {
  '/run/token': `${TOKEN}\n`,
  '/opt/rig/weather-key': 'sunny-with-a-chance-of-rain',
};

interface Given {
  readonly file?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, unknown>>;
}

function load({ file, environment = {}, flags = {} }: Given = {}): LoadedConfig {
  const sources: ConfigSources = {
    environment,
    flags,
    workingDirectory: '/opt/rig',
    readText(path) {
      const text = SECRET_FILES[path];
      if (text === undefined) throw new Error(`ENOENT: ${path}`);
      return text;
    },
  };
  if (file === undefined) return loadConfig(sources);
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  return loadConfig({ ...sources, file: { path: 'conf/rig.json', text } });
}

/** What is wrong, as `path (source): message`, and nothing else. */
function problems(given: Given): string[] {
  try {
    load(given);
  } catch (error) {
    assert.ok(error instanceof ToolrigError);
    assert.equal(error.code, 'ERR_USAGE');
    const { problems: found } = error.data as { problems: ConfigProblem[] };
    for (const { message } of found) assert.ok(error.message.includes(message));
    return found.map(({ path, source, message }) => `${path} (${source ?? '-'}): ${message}`);
  }
  return [];
}

describe('loadConfig', () => {
  test('has the three services and every default when nothing is said', () => {
    const { config } = load();
    assert.deepEqual(Object.keys(config.services), ['calculator', 'file', 'data']);
    const { services: _services, ...rest } = config;
    assert.deepEqual(rest, {
      port: 7420,
      drainDeadlineMs: 10_000,
      supervisor: { strategy: 'one_for_one', maxRestarts: 3, maxSeconds: 5 },
      health: {
        intervalMs: 30_000,
        jitterRatio: 0.1,
        deadlineMs: 1_000,
        onUnhealthy: 'report',
        failuresBeforeRestart: 2,
      },
      logs: { level: 'info' },
    });
    assert.deepEqual(config.services.calculator, {
      service: 'calculator',
      placement: 'inline',
      replicas: 1,
      restart: 'permanent',
      shutdown: 5_000,
      required: true,
    });
  });

  test('has the services of the file alone, in its order', () => {
    const { config } = load({ file: { services: { data: {}, mine: { service: 'file' } } } });
    assert.deepEqual(Object.keys(config.services), ['data', 'mine']);
    assert.equal(config.services.mine?.service, 'file');
  });

  test('lets flags win over the environment, that over the file, and that over defaults', () => {
    const file = { port: 1, drainDeadlineMs: 1, health: { intervalMs: 5_000, deadlineMs: 7 } };
    const environment = { TOOLRIG_PORT: '2', TOOLRIG_DRAIN_DEADLINE_MS: '2' };
    const { config } = load({ file, environment, flags: { port: 3, drainDeadlineMs: undefined } });
    assert.equal(config.port, 3);
    assert.equal(config.drainDeadlineMs, 2);
    assert.deepEqual([config.health.intervalMs, config.health.deadlineMs], [5_000, 7]);
    assert.equal(config.health.failuresBeforeRestart, 2);
  });

  test('resolves a path from where it was written', () => {
    const file = {
      services: { file: { root: 'files' }, mine: { module: './mine.js' }, data: {} },
      logs: { file: '/var/log/rig' },
    };
    const { config } = load({ file, environment: { TOOLRIG_SERVICES__DATA__ROOT: 'tables' } });
    const { services } = config;
    assert.ok(services.file?.service === 'file' && services.data?.service === 'data');
    assert.equal(services.file.root, '/opt/rig/conf/files');
    assert.equal(services.data.root, '/opt/rig/tables');
    assert.ok(services.mine?.service === 'module');
    assert.equal(services.mine.module, 'file:///opt/rig/conf/mine.js');
    assert.equal(config.logs.file, '/var/log/rig');
  });

  test('names every problem at once, with its path, its source and the nearest name', () => {
    const file = {
      port: 70_000,
      helth: {},
      services: {
        file: { palcement: 'worker', placement: 'wroker', replicas: 1.5 },
        weather: {},
        odd: { service: 'calculater' },
        mine: { module: 'some-package' },
      },
      audit: {},
    };
    const environment = {
      TOOLRIG_DRAIN_DEADLINE: '1',
      TOOLRIG_HEALTH__INTERVAL_MS: 'soon',
      TOOLRIG_SERVICES__FILE__RPLICAS: '2',
      PATH: 'x',
    };
    assert.deepEqual(problems({ file, environment, flags: { 'logs.level': 'loud' } }).toSorted(), [
      'TOOLRIG_DRAIN_DEADLINE (-): there is no such setting. Did you mean ' +
        "'TOOLRIG_DRAIN_DEADLINE_MS'?",
      'TOOLRIG_SERVICES__FILE__RPLICAS (-): there is no such setting. Did you mean ' +
        "'TOOLRIG_SERVICES__FILE__REPLICAS'?",
      'audit.file (-): is missing: it must be a string',
      "health.intervalMs (TOOLRIG_HEALTH__INTERVAL_MS): must be a number, got 'soon'",
      "helth (conf/rig.json): there is no such setting. Did you mean 'health'?",
      "logs.level (--logs.level): must be one of debug, info, warn, error, silent, got 'loud'",
      'port (conf/rig.json): must be <= 65535, got 70000',
      'services.file.palcement (conf/rig.json): there is no such setting. Did you mean ' +
        "'placement'?",
      'services.file.placement (conf/rig.json): must be one of inline, worker, process ' +
        "(did you mean 'worker'?), got 'wroker'",
      'services.file.replicas (conf/rig.json): must be a whole number, got 1.5',
      'services.mine.module (conf/rig.json): must be a path that begins with ./, ../ or /, or ' +
        "a file: URL, got 'some-package'",
      "services.odd (conf/rig.json): there is no service 'calculater'. Did you mean 'calculator'?",
      "services.weather (conf/rig.json): does not say which service it is: give its 'module'",
    ]);
  });

  test('has the access policy checked by whoever knows its schema, with the other problems', () => {
    assert.throws(
      () =>
        loadConfig({
          environment: { TOOLRIG_PORT: 'x', TOOLRIG_ACCESS: '{"rules":[{"effect":"maybe"}]}' },
          workingDirectory: '/opt/rig',
          readText: () => '',
          checkAccess: parsePolicy,
        }),
      ({ message }: Error) => {
        assert.match(message, /^ {2}port \(TOOLRIG_PORT\): must be a number/m);
        assert.match(message, /^ {2}access\.rules\[0\]\.effect \(TOOLRIG_ACCESS\): /m);
        return true;
      },
    );
  });

  test('refuses what no single setting is wrong in', () => {
    const health = { intervalMs: 1_000, deadlineMs: 1_000 };
    assert.deepEqual(problems({ file: { health, services: { data: { memoryLimitBytes: 5 } } } }), [
      "services.data.memoryLimitBytes (-): an inline service shares the host's memory: set " +
        'placement to worker or process',
      'health.deadlineMs (-): must be less than health.intervalMs (1000), got 1000',
    ]);
    const memoryLimitBytes = 5;
    assert.deepEqual(
      problems({ file: { port: 'x', services: { data: { memoryLimitBytes } } } }).length,
      2,
      'told beside what single settings are wrong in',
    );
    assert.deepEqual(problems({ file: { services: {} } }), [
      'services (-): name at least one service',
    ]);
  });

  test('names what stands there twice, of which all but the last would be ignored', () => {
    const file =
      '{ "services": { "calc": { "service": "calculator" }, "calc": { "service": "data" } } }';
    assert.deepEqual(problems({ file }), [
      'services.calc (conf/rig.json): is there twice, and the first would be ignored: leave one',
    ]);
  });

  test('refuses a file that is no JSON object', () => {
    assert.match(
      problems({ file: '{"port": 1,}' })[0] ?? '',
      /^ \(conf\/rig\.json\): is no JSON: /,
    );
    assert.deepEqual(problems({ file: '[]' }), [' (conf/rig.json): must hold one JSON object']);
  });

  test('reads a file that begins with a byte order mark', () => {
    assert.equal(load({ file: '\uFEFF{"port":5}' }).config.port, 5);
  });

  test('takes no prototype from a file', () => {
    const found = problems({
      file: '{"__proto__":{"port":1},"services":{"__proto__":{},"data":{}}}',
    });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? '', /^services\.__proto__ .*a name begins with a letter/);
    assert.match(found[1] ?? '', /^__proto__ .*no such setting/);
  });
});

describe('secrets of a configuration', () => {
  test('come from the environment, or from a file that it names', () => {
    assert.equal(load({ environment: { TOOLRIG_ADMIN_TOKEN: TOKEN } }).config.adminToken, TOKEN);
    const environment = { TOOLRIG_ADMIN_TOKEN_FILE: '/run/token' };
    assert.equal(load({ environment }).config.adminToken, TOKEN);
  });

  test('are not shown', () => {
    const { printable } = load({ environment: { TOOLRIG_ADMIN_TOKEN: TOKEN } });
    assert.equal(printable.adminToken, '[redacted]');
    assert.equal(load().printable.adminToken, undefined);
  });

  test('are refused in the file, by name or by the look of their key, and not repeated', () => {
    const services = { mine: { module: './m.js', args: [{ dbPassword: TOKEN }], export: 'token' } };
    const file = { adminToken: TOKEN, access: { apiKeys: TOKEN }, services };
    const found = problems({ file });
    assert.deepEqual(
      found.map((problem) => problem.split(':')[0]),
      [
        'adminToken (conf/rig.json)',
        'access.apiKeys (conf/rig.json)',
        'services.mine.args[0].dbPassword (conf/rig.json)',
      ],
    );
    assert.match(found[0] ?? '', /set TOOLRIG_ADMIN_TOKEN, or TOOLRIG_ADMIN_TOKEN_FILE/);
    assert.ok(!found.join().includes(TOKEN));
  });

  test('are not repeated when they are where none is expected', () => {
    const misplaced = [
      problems({ environment: { TOOLRIG_ADMIN_TOKEN: 'hunter2' } }),
      problems({ file: { port: { token: 'hunter2' } } }),
      problems({ file: { services: { m: { module: './m.js', args: { password: 'hunter2' } } } } }),
    ];
    for (const found of misplaced) {
      assert.notEqual(found.length, 0);
      assert.ok(!found.join().includes('hunter2'));
    }
  });

  test('are refused when they are placeholders', () => {
    for (const text of [
      'your_secret_cookie_here',
      'change-me-change-me',
      '<put the token here>',
      '${ADMIN_TOKEN_OF_RIG}',
      'xxxxxxxxxxxxxxxxxxxx',
    ]) {
      assert.deepEqual(problems({ environment: { TOOLRIG_ADMIN_TOKEN: text } }), [
        'adminToken (TOOLRIG_ADMIN_TOKEN): is a placeholder: set a secret of your own',
      ]);
    }
  });

  test('are refused when their file cannot be read, or they are there twice', () => {
    assert.deepEqual(problems({ environment: { TOOLRIG_ADMIN_TOKEN_FILE: 'gone' } }), [
      'adminToken (TOOLRIG_ADMIN_TOKEN_FILE): its file cannot be read: ENOENT: /opt/rig/gone',
    ]);
    const environment = { TOOLRIG_ADMIN_TOKEN: TOKEN, TOOLRIG_ADMIN_TOKEN_FILE: '/run/token' };
    assert.deepEqual(problems({ environment }), [
      'adminToken (TOOLRIG_ADMIN_TOKEN_FILE): is set by TOOLRIG_ADMIN_TOKEN as well: unset one ' +
        'of them',
    ]);
  });

  test('reach the arguments of a service, and are not printed with them', () => {
    const args = ['Bern', { apiKey: { $env: 'WEATHER_KEY' }, token: { $env: 'OTHER' } }];
    const file = { services: { weather: { module: './weather.js', args } } };
    const environment = { WEATHER_KEY_FILE: 'weather-key', OTHER: TOKEN };
    const { config, printable } = load({ file, environment });
    assert.ok(config.services.weather?.service === 'module');
    assert.deepEqual(config.services.weather.args, [
      'Bern',
      { apiKey: 'sunny-with-a-chance-of-rain', token: TOKEN },
    ]);
    assert.ok(printable.services.weather?.service === 'module');
    assert.deepEqual(printable.services.weather.args, args);
  });

  test('that arguments name are looked for, whatever else is wrong', () => {
    const args = [{ $env: 'A' }];
    const file = { port: 'x', services: { weather: { module: './weather.js', args } } };
    assert.deepEqual(problems({ file }), [
      "port (conf/rig.json): must be a number, got 'x'",
      'services.weather.args[0] (A): neither A nor A_FILE is set',
    ]);
  });

  test('that arguments name must be there', () => {
    const args = [{ a: { $env: 'A' }, b: { $env: 'B' }, c: { $env: 'C', d: 1 }, d: { $env: 'D' } }];
    const file = { services: { weather: { module: './weather.js', args } } };
    assert.deepEqual(problems({ file, environment: { B: 'changeme', D_FILE: '/gone' } }), [
      'services.weather.args[0].a (A): neither A nor A_FILE is set',
      'services.weather.args[0].b (B): is a placeholder: set a secret of your own',
      'services.weather.args[0].c (-): must be { "$env": "NAME" } and nothing else',
      'services.weather.args[0].d (D_FILE): its file cannot be read: ENOENT: /gone',
    ]);
  });
});

describe('settings in the environment', () => {
  test('are texts where texts are wanted, and JSON elsewhere', () => {
    const environment = {
      TOOLRIG_SERVICES__FILE__ROOT: '123',
      TOOLRIG_SERVICES__FILE__REPLICAS: '4',
      TOOLRIG_SERVICES__FILE__REQUIRED: 'false',
      TOOLRIG_SERVICES__FILE__SHUTDOWN: 'brutal_kill',
      TOOLRIG_SERVICES__DATA__SHUTDOWN: '50',
      TOOLRIG_ACCESS: '{"rules":[1]}',
      TOOLRIG_HEALTH: '{"intervalMs":9000,"deadlineMs":8}',
      TOOLRIG_HEALTH__DEADLINE_MS: '7',
    };
    const { config } = load({ environment });
    const { file, data } = config.services;
    assert.ok(file?.service === 'file');
    assert.deepEqual(
      [file.root, file.replicas, file.required, file.shutdown, data?.shutdown],
      ['/opt/rig/123', 4, false, 'brutal_kill', 50],
    );
    assert.deepEqual(config.access, { rules: [1] });
    assert.deepEqual([config.health.intervalMs, config.health.deadlineMs], [9_000, 7]);
  });

  test('hide no value that they cannot stand in', () => {
    const environment = {
      TOOLRIG_HEALTH: '{bad',
      TOOLRIG_HEALTH__DEADLINE_MS: '7',
      TOOLRIG_LOGS__LEVEL: 'info',
    };
    assert.deepEqual(problems({ file: { logs: true }, environment }), [
      'health (TOOLRIG_HEALTH): is no object, and TOOLRIG_HEALTH__DEADLINE_MS sets health.deadlineMs in it',
      'logs (conf/rig.json): is no object, and TOOLRIG_LOGS__LEVEL sets logs.level in it',
    ]);
  });

  test('are found under a name with dashes and dots', () => {
    const { config } = load({
      file: { services: { 'my-file.store': { service: 'file' } } },
      environment: { TOOLRIG_SERVICES__MY_FILE_STORE__MAX_FILE_BYTES: '9' },
    });
    const service = config.services['my-file.store'];
    assert.ok(service?.service === 'file');
    assert.equal(service.maxFileBytes, 9);
  });

  test('may be empty, which is as none, and TOOLRIG_CONFIG is not one', () => {
    const environment = { TOOLRIG_PORT: '', TOOLRIG_CONFIG: 'rig.json' };
    assert.equal(load({ environment }).config.port, 7420);
  });

  test('mean the same as in the file, whatever they are', () => {
    const settings = fc.record(
      {
        port: fc.integer({ min: 0, max: 65_535 }),
        drainDeadlineMs: fc.nat(),
        health: fc.record(
          {
            jitterRatio: fc.double({ min: 0, max: 1, noNaN: true }),
            onUnhealthy: fc.constantFrom('report', 'restart'),
            failuresBeforeRestart: fc.integer({ min: 1, max: 99 }),
          },
          { requiredKeys: [] },
        ),
        logs: fc.record({ level: fc.constantFrom('debug', 'silent') }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(settings, settings, (file, over) => {
        const environment = Object.fromEntries(variables(over, 'TOOLRIG'));
        const { config } = load({ file, environment });
        const expected = load({
          file: {
            ...file,
            ...over,
            health: { ...file.health, ...over.health },
            logs: { ...file.logs, ...over.logs },
          },
        });
        assert.deepEqual(config, expected.config);
      }),
      { numRuns: 60 },
    );
  });
});

function variables(tree: object, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const segment = key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
    const name = prefix === 'TOOLRIG' ? `${prefix}_${segment}` : `${prefix}__${segment}`;
    if (typeof value === 'object') return variables(value as object, name);
    return [[name, String(value)]];
  });
}
