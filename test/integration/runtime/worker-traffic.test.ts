/** What travels between the host and its scheduler threads, and what that keeps alive. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeTransport } from '../../../src/runtime/index.ts';
import { COURIER, sha256 } from '../../helpers/courier-service.ts';
import { ROGUE_MODULE } from '../../helpers/rogue-service.ts';

/** Ends when the machine is too slow, not before. */
const PATIENCE = { timeout: 60_000 };
const MIB = 2 ** 20;
const RUNTIME = new URL('../../../src/runtime/index.js', import.meta.url).href;

describe('traffic with a service on a worker', PATIENCE, () => {
  let transport: NativeTransport;
  before(async () => {
    transport = new NativeTransport({ schedulers: 2 });
    await transport.start(COURIER, { name: 'courier', placement: 'worker' });
  });
  after(() => transport.stop());

  const call = (method: string, params?: unknown): Promise<unknown> =>
    transport.call('courier', method, params, { timeoutMs: 30_000 });

  test('hands 64 MiB over and back, and leaves none of it here', async () => {
    const data = new Uint8Array(64 * MIB);
    for (let index = 0; index < data.length; index += 4_096) data[index] = index >> 12;
    const digest = sha256(data);
    const reply = call('digest', data);
    assert.equal(data.byteLength, 0);
    const { digest: there, data: back } = (await reply) as { digest: string; data: Uint8Array };
    assert.equal(there, digest);
    assert.equal(back.byteLength, 64 * MIB);
    assert.equal(sha256(back), digest);
  });

  test('copies a part of a buffer, and leaves the buffer whole', async () => {
    const whole = new Uint8Array(4 * MIB).map((_, index) => index % 251);
    const part = whole.subarray(MIB, 2 * MIB);
    const { digest } = (await call('digest', part)) as { digest: string };
    assert.equal(digest, sha256(part));
    assert.equal(whole.byteLength, 4 * MIB);
    assert.equal(part.byteLength, MIB);
  });

  test('shares shared memory both ways', async () => {
    const view = new Int32Array(new SharedArrayBuffer(64), 16, 4);
    view[0] = 41;
    const { view: back } = (await call('increment', view)) as { view: Int32Array };
    assert.deepEqual([...view], [42, 1, 1, 1]);
    back[3] = 7;
    assert.equal(view[3], 7);
    assert.equal(back.byteOffset, 16);
  });

  test('brings a text of 3 MiB, there and back, also from a thread that slept', async () => {
    const text = 'ü'.repeat(1.5 * MIB);
    assert.equal(await call('echo', text), text);
    const late = (await call('textLater', 3 * MIB)) as string;
    assert.equal(late.length, 3 * MIB);
  });

  test('brings small calls and large ones home, whoever waits for whom', async () => {
    const large = 'L'.repeat(300_000);
    const params = Array.from({ length: 4_000 }, (_, index) =>
      index % 100 === 0 ? `${index}${large}` : index,
    );
    assert.deepEqual(await Promise.all(params.map((each) => call('echo', each))), params);
    assert.deepEqual(
      await transport.callMany('courier', 'echo', params, { timeoutMs: 30_000 }),
      params,
    );
  });

  test('has 10,000 calls in flight', async () => {
    const replies = await Promise.all(Array.from({ length: 10_000 }, () => call('wait', 30)));
    assert.equal(replies.length, 10_000);
    assert.ok(replies.every((reply) => reply === 30));
  });

  test('turns the event loop while 64 callers keep it busy', async () => {
    // In calls, not in time: of a machine that stands still both stand still.
    const seen = { ticks: 0, calls: 0 };
    const timer = setInterval(() => seen.ticks++, 5);
    const callers = Array.from({ length: 64 }, async () => {
      for (; seen.ticks < 15 && seen.calls < 300_000; seen.calls++) await call('echo', 1);
    });
    await Promise.all(callers);
    clearInterval(timer);
    assert.ok(seen.ticks >= 15, `${seen.ticks} ticks of 5 ms in ${seen.calls} calls`);
  });

  test('loses no answer and doubles none when its thread ends in the middle', async () => {
    for (const ending of ['exit', 'kill'] as const) {
      const answers = new Map<number, number>();
      const codes = new Set<string>();
      const service = await transport.start(COURIER, { name: ending, placement: 'worker' });
      const calls = Array.from({ length: 3_000 }, async (_, index) => {
        // The end comes behind a third of the calls.
        if (index === 1_000 && ending === 'exit') service.call('exit').catch(() => {});
        try {
          const params = index % 50 === 0 ? 'x'.repeat(100_000) + index : index;
          assert.equal(await service.call('echo', params), params);
        } catch (error) {
          codes.add((error as { code: string }).code);
        }
        answers.set(index, (answers.get(index) ?? 0) + 1);
      });
      const batch = service.callMany('echo', [...Array(5_000).keys()]);
      if (ending === 'kill') setImmediate(() => service.kill());
      await Promise.all(calls);
      assert.equal(answers.size, 3_000);
      assert.ok([...answers.values()].every((count) => count === 1));
      assert.ok([...codes].every((code) => code === 'ERR_SERVICE_EXIT'));
      for (const [index, reply] of (await batch).entries()) {
        const isExit = (reply as { code?: string }).code === 'ERR_SERVICE_EXIT';
        assert.ok(isExit || reply === index);
      }
      await service.exited;
    }
  });
});

describe('scheduler threads', PATIENCE, () => {
  test('get services evenly, and those with a limit of memory their own', async () => {
    const transport = new NativeTransport({ schedulers: 2 });
    const start = async (name: string, memoryLimitBytes?: number): Promise<string> => {
      const limit = memoryLimitBytes === undefined ? {} : { memoryLimitBytes };
      const { where } = await transport.start(COURIER, { name, placement: 'worker', ...limit });
      return where;
    };
    const first = await start('first');
    const taken = start('first').catch((error: { code: string }) => error.code);
    assert.equal(await taken, 'ERR_ALREADY_REGISTERED');
    const second = await start('second');
    assert.notEqual(second, first);
    const limited = await start('limited', 2 ** 32);
    assert.ok(limited !== first && limited !== second);
    assert.deepEqual(
      new Set([await start('third'), await start('fourth')]),
      new Set([first, second]),
    );
    await transport.lookup('first')?.stop();
    assert.equal(await start('fifth'), first);
    await transport.stop();
  });

  test('use no processor at rest', async () => {
    const transport = new NativeTransport({ schedulers: 2 });
    await transport.start(COURIER, { name: 'courier', placement: 'worker', replicas: 2 });
    await transport.call('courier', 'echo', 1);
    const usedUs: number[] = [];
    // More than once: on a slow machine the spare thread is still starting in the first.
    while (usedUs.length < 5 && !usedUs.some((us) => us < 150_000)) {
      await sleep(300);
      const atRest = process.cpuUsage();
      await sleep(500);
      const { user, system } = process.cpuUsage(atRest);
      usedUs.push(user + system);
    }
    assert.ok(Math.min(...usedUs) < 150_000, `${usedUs.join(', ')} µs of 500,000`);
    await transport.stop();
  });

  test('end when what they say makes no sense, and take no more services', async () => {
    const transport = new NativeTransport({ schedulers: 2 });
    const rogue = { module: ROGUE_MODULE, export: 'rogueService' };
    const start = (name: string) => transport.start(rogue, { name, placement: 'worker' });
    await start('rogue');
    const { where } = await start('bystander');
    const scribbled = transport.call('rogue', 'scribble', undefined, { timeoutMs: 10_000 });
    await assert.rejects(scribbled, { code: 'ERR_SERVICE_EXIT', message: /corrupt/ });
    for (const name of ['rogue', 'another', 'third']) await start(name);
    for (const name of ['rogue', 'another', 'third', 'bystander']) {
      assert.equal(await transport.call(name, 'echo', name), name);
    }
    assert.equal(transport.lookup('bystander')?.where, where);
    await transport.stop();
  });

  /** Runs a program against a service on a worker; resolves with its exit code and output. */
  async function run(body: string): Promise<{ code: unknown; output: string }> {
    const program = `
      import { NativeTransport } from ${JSON.stringify(RUNTIME)};
      const transport = new NativeTransport({ schedulers: 1 });
      const placement = 'worker';
      await transport.start(${JSON.stringify(COURIER)}, { name: 'courier', placement });
      const call = (...args) => transport.call('courier', ...args);
      ${body}
      console.log('said');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 50_000);
    const [code] = await once(child, 'close');
    clearTimeout(timer);
    return { code, output };
  }

  test('let the process end once nobody waits', async () => {
    assert.deepEqual(await run(`await call('echo', 1);`), { code: 0, output: 'said\n' });
  });

  test('let the process end after a caller has given a blocked service up', async () => {
    const body = `await call('block', {}, { timeoutMs: 50 }).catch(({ code }) => console.log(code));`;
    assert.deepEqual(await run(body), { code: 0, output: 'ERR_TIMEOUT\nsaid\n' });
  });

  test('keep the process alive while a call waits', async () => {
    const body = `console.log(await call('wait', 400, { timeoutMs: Infinity }));`;
    assert.deepEqual(await run(body), { code: 0, output: '400\nsaid\n' });
  });

  test('keep the process alive until whoever waits has heard of their end', async () => {
    const body = `
      const forEver = { timeoutMs: Infinity };
      await call('exit', {}, forEver).catch(({ code }) => console.log(code));`;
    assert.deepEqual(await run(body), { code: 0, output: 'ERR_SERVICE_EXIT\nsaid\n' });
  });

  test('keep the process alive while a stop without a limit waits', async () => {
    const body = `
      call('wait', 300).then(console.log);
      await transport.lookup('courier').stop({ timeoutMs: Infinity });`;
    assert.deepEqual(await run(body), { code: 0, output: '300\nsaid\n' });
  });
});
