/** Child processes start, answer, end, and never outlive those who started them. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  ChildHost,
  type ChildMode,
  connectHttp,
  connectStdio,
  type SdkCaller,
} from '../../../src/mcp/index.ts';
import { contractSpec } from '../../helpers/contract-routes.ts';

const MODES: readonly ChildMode[] = ['stdio', 'http'];

async function withHost(
  mode: ChildMode,
  use: (host: ChildHost, caller: SdkCaller) => Promise<void>,
): Promise<void> {
  const host = await ChildHost.start({ mode, services: [contractSpec({ concurrency: 64 })] });
  try {
    await use(host, await (mode === 'stdio' ? connectStdio(host) : connectHttp(host, 'contract')));
  } finally {
    await host.stop();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A dead process that nobody has waited for yet still has its number.
  return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

async function untilDead(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 1_500; attempt++) {
    if (!isAlive(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`process ${pid} lives on`);
}

function start(mode: ChildMode, service: object, startTimeoutMs = 60_000): Promise<ChildHost> {
  return ChildHost.start({ mode, services: [{ ...contractSpec(), ...service }], startTimeoutMs });
}

for (const mode of MODES) {
  describe(`a child process by ${mode}`, () => {
    test('leaves Ctrl-C to its parent, and finishes its calls', async () => {
      await withHost(mode, async (host, caller) => {
        const call = caller.call('tools/call', { name: 'slow', arguments: { ms: 100 } });
        process.kill(host.pid, 'SIGINT');
        await call;
        assert.ok((await host.usage()).rssBytes > 0);
      });
    });

    test('fails the calls in flight when it is killed, and every call after it', async () => {
      await withHost(mode, async (host, caller) => {
        // Once all of them run; before that, some may lose their request instead of their reply.
        let running = 0;
        const onProgress = () => {
          if (++running === 8) process.kill(host.pid, 'SIGKILL');
        };
        const slow = { name: 'slow', arguments: { ms: 60_000 } };
        const calls = Array.from({ length: 8 }, () =>
          caller.call('tools/call', slow, { timeoutMs: 30_000, onProgress }),
        );
        const rejected = Promise.all(
          calls.map((call) =>
            assert.rejects(call, {
              code: 'ERR_SERVICE_EXIT',
              message:
                /^Service 'contract' ended \((its process was killed by SIGKILL|.*closed)\)$/,
            }),
          ),
        );
        await rejected;
        assert.deepEqual(await host.exited, { code: null, signal: 'SIGKILL' });
        await assert.rejects(caller.call('ping'), { code: 'ERR_SERVICE_EXIT' });
        await assert.rejects(host.usage(), { code: 'ERR_TARGET' });
      });
    });

    test('says what it has used', async () => {
      await withHost(mode, async (host) => {
        const [first, second] = await Promise.all([host.usage(), host.usage()]);
        assert.ok(first.cpuUsage.user > 0);
        assert.ok(first.rssBytes > 2 ** 20);
        assert.ok(second.cpuUsage.user >= first.cpuUsage.user);
      });
    });

    test('ends when it is stopped, in the middle of a call too, and can be stopped again', async () => {
      await withHost(mode, async (host, caller) => {
        const slow = caller.call('tools/call', { name: 'slow', arguments: { ms: 60_000 } });
        const rejected = assert.rejects(slow, { code: 'ERR_SERVICE_EXIT' });
        await caller.call('ping');
        const patient = { timeoutMs: 30_000 }; // it is to end of itself
        await Promise.all([host.stop(patient), host.stop(patient)]);
        await rejected;
        assert.deepEqual(await host.exited, { code: 0, signal: null });
        assert.equal(isAlive(host.pid), false);
      });
    });

    test('ends when its parent is killed', async () => {
      const program = `
        import { ChildHost } from ${JSON.stringify(new URL('../../../src/mcp/index.js', import.meta.url).href)};
        const host = await ChildHost.start(${JSON.stringify({ mode, services: [contractSpec()] })});
        console.log(host.pid);`;
      const parent = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      assert.equal(isAlive(pid), true);
      parent.kill('SIGKILL');
      await untilDead(pid);
    });

    test('prints nothing under 64 large calls at once', async () => {
      await withHost(mode, async (host, caller) => {
        const warnings: Error[] = [];
        const listener = (warning: Error) => void warnings.push(warning);
        process.on('warning', listener);
        const text = 'x'.repeat(2 ** 16);
        const calls = Array.from({ length: 64 }, () =>
          caller.call('tools/call', { name: 'echo', arguments: { text } }, { timeoutMs: 30_000 }),
        );
        await Promise.all(calls);
        await new Promise(setImmediate); // warnings come a tick later
        process.off('warning', listener);
        assert.deepEqual(warnings, []);
        assert.equal(host.stderrTail, '');
      });
    });

    test('is killed when it is not ready in time', async () => {
      await assert.rejects(start(mode, {}, 1), { code: 'ERR_TARGET', message: /within 1 ms/ });
    });
  });
}

// By one mode: its services are started before that matters.
describe('a child process', () => {
  for (const [what, service, message] of [
    [
      'a module that is missing',
      { module: 'file:///nowhere.js' },
      /service 'contractService': .*nowhere\.js: there is no such file/,
    ],
    [
      'an export that is missing',
      { export: 'nothing' },
      /service 'nothing': .*contract-service\.js: it has no export 'nothing'/,
    ],
    [
      'a module that ends the process',
      { module: 'data:text/javascript,process.exit(9)' },
      /child process of service 'contractService' from data:.* did not start: .* code 9/,
    ],
    ['a service that cannot start', { options: { failStart: 'disk full' } }, /disk full/],
    ['options that make no sense', { options: { concurrency: 0 } }, /concurrency/],
    ['a misspelled key', { nmae: 'x' }, /unknown key 'nmae'/],
  ] as const) {
    test(`does not start with ${what}, and says why`, async () => {
      await assert.rejects(start('stdio', service), { code: 'ERR_TARGET', message });
    });
  }
});

describe('a child process by stdio', () => {
  test('goes on after garbage on its stdin', async () => {
    const host = await ChildHost.start({ mode: 'stdio', services: [contractSpec()] });
    try {
      host.process.stdin.write('garbage\n{"a":1}\n[]\n\u0000\n{"jsonrpc":"2.0","method":3}\n');
      const caller = await connectStdio(host);
      assert.deepEqual(await caller.call('ping'), {});
      assert.equal(host.stderrTail, '');
    } finally {
      await host.stop();
    }
  });

  test('ends quietly when nobody reads its answers any more', async () => {
    const host = await ChildHost.start({ mode: 'stdio', services: [contractSpec()] });
    try {
      host.process.stdout.destroy();
      const line = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`;
      for (let i = 0; i < 100; i++) host.process.stdin.write(line);
      assert.deepEqual(await host.exited, { code: 0, signal: null });
      assert.equal(host.stderrTail, '');
    } finally {
      await host.stop();
    }
  });

  test('ends when its caller closes', async () => {
    const host = await ChildHost.start({ mode: 'stdio', services: [contractSpec()] });
    const caller = await connectStdio(host);
    await caller.close();
    assert.deepEqual(await host.exited, { code: 0, signal: null });
    await assert.rejects(connectStdio(host), { code: 'ERR_TARGET' });
  });

  test('fails the call whose reply is over the limit of 10 MiB a message', async () => {
    await withHost('stdio', async (_host, caller) => {
      const big = { name: 'bytes', arguments: { sizeBytes: 9 * 2 ** 20 } };
      const call = caller.call('tools/call', big, { timeoutMs: 30_000 });
      await assert.rejects(call, { code: 'ERR_SERVICE_EXIT' });
    });
  });

  test('has no port, and no HTTP', async () => {
    await withHost('stdio', async (host) => {
      assert.throws(() => host.port, { code: 'ERR_TARGET' });
      await assert.rejects(connectHttp(host, 'contract'), { code: 'ERR_TARGET' });
    });
  });
});
