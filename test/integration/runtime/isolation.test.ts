/**
 * What each placement contains, by a service that does what it must not. docs/ISOLATION.md makes
 * the promises that are tested here; the growth of memory is tested in `memory.test.ts`.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { NativeTransport, type Placement } from '../../../src/runtime/index.ts';
import { RecordingLogger } from '../../helpers/recording-logger.ts';
import { ROGUE_MODULE } from '../../helpers/rogue-service.ts';

const ROGUE = { module: ROGUE_MODULE, export: 'rogueService' };
/** Ends when the machine is too slow, not before. */
const PATIENCE = { timeout: 30_000 };

for (const placement of ['worker', 'process'] as const satisfies Placement[]) {
  describe(`a service that is placed on a ${placement}`, PATIENCE, () => {
    let transport: NativeTransport;
    const logger = new RecordingLogger();

    before(async () => {
      transport = new NativeTransport({ schedulers: 2, logger });
      // Two schedulers: the bystander takes the other one.
      await transport.start(ROGUE, { name: 'rogue', placement });
      await transport.start(ROGUE, { name: 'bystander', placement });
    });
    after(() => transport.stop());

    /** Waits for the end of the rogue that `misbehave` brings about, and starts a new one. */
    async function replacedAfter(misbehave: () => Promise<void>): Promise<unknown> {
      const exited = transport.lookup('rogue')?.exited;
      await misbehave();
      const reason = await exited;
      await transport.start(ROGUE, { name: 'rogue', placement });
      return reason;
    }

    async function assertBystanderLives(): Promise<void> {
      assert.equal(await transport.call('bystander', 'echo', 'well'), 'well');
    }

    test('that blocks its thread costs its callers their deadline, and nobody else anything', async () => {
      const reason = await replacedAfter(async () => {
        const blocked = transport.call('rogue', 'block', {}, { timeoutMs: 50 });
        await assert.rejects(blocked, { code: 'ERR_TIMEOUT' });
        await assertBystanderLives();
        const waiting = transport.call('rogue', 'echo', 1);
        transport.lookup('rogue')?.kill('it hung');
        await assert.rejects(waiting, { code: 'ERR_SERVICE_EXIT', message: /it hung/ });
      });
      assert.equal(reason, 'it hung');
      assert.equal(await transport.call('rogue', 'echo', 2), 2);
      await assertBystanderLives();
    });

    test('that is blocked refuses what does not fit its mailbox at once', async () => {
      const reason = await replacedAfter(async () => {
        transport.call('rogue', 'block', {}, { timeoutMs: 20_000 }).catch(() => {});
        const calls = Array.from({ length: 104 }, () => transport.call('rogue', 'echo'));
        const outcomes = Promise.allSettled(calls);
        // 4 at a time and 100 that wait, the blocking one among them.
        await assert.rejects(calls[103] as Promise<unknown>, { code: 'ERR_OVERLOADED' });
        transport.lookup('rogue')?.kill();
        const codes = (await outcomes).map((each) => (each as PromiseRejectedResult).reason.code);
        assert.equal(codes.filter((code) => code === 'ERR_SERVICE_EXIT').length, 103);
      });
      assert.equal(reason, 'killed');
    });

    test('that throws ends with what it threw', async () => {
      const reason = await replacedAfter(async () => {
        const waiting = transport.call('rogue', 'wait', 60_000);
        const failed = transport.call('rogue', 'throw');
        await assert.rejects(failed, { code: 'ERR_SERVICE_EXIT', message: /thrown on request/ });
        await assert.rejects(waiting, { code: 'ERR_SERVICE_EXIT' });
      });
      assert.ok(reason instanceof Error && reason.name === 'TypeError');
      await assertBystanderLives();
    });

    test('that throws outside of any call ends', async () => {
      await replacedAfter(async () => {
        await assert.rejects(transport.call('rogue', 'throwLater'), { code: 'ERR_SERVICE_EXIT' });
      });
      await assertBystanderLives();
    });

    test('that calls process.exit ends, and not the host', async () => {
      await replacedAfter(async () => {
        await assert.rejects(transport.call('rogue', 'exit'), {
          code: 'ERR_SERVICE_EXIT',
          message: /exited with code 7/,
        });
      });
      await assertBystanderLives();
    });

    test('whose reply cannot leave it answers with an error, and lives on', async () => {
      await assert.rejects(transport.call('rogue', 'unsendable'), {
        code: 'ERR_INVALID_PARAMS',
        message: /callback/,
      });
      assert.equal(await transport.call('rogue', 'echo', 3), 3);
    });

    test('is not sent what cannot leave this isolate', async () => {
      const params = { nested: [{ callback: () => 1 }] };
      await assert.rejects(transport.call('rogue', 'echo', params), {
        code: 'ERR_INVALID_PARAMS',
        message: /nested.*callback/,
      });
      assert.equal(await transport.call('rogue', 'echo', 4), 4);
    });

    test('logs through the logger of the host', async () => {
      await transport.call('rogue', 'log', { a: 1 }, { requestId: 'request-7' });
      await transport.call('rogue', 'echo');
      const line = logger.lines.find(({ message }) => message === 'said by the service');
      assert.ok(line !== undefined);
      assert.equal(line.level, 'warn');
      assert.equal((line.fields as { requestId?: string }).requestId, 'request-7');
    });

    test('that cannot start says why', async () => {
      const failing = { ...ROGUE, args: [{ failStart: 'no disk' }] };
      await assert.rejects(transport.start(failing, { name: 'failing', placement }), {
        code: 'ERR_SERVICE_EXIT',
        message: /no disk/,
      });
      assert.equal(transport.serviceAvailable('failing'), false);
      const absent = { module: new URL('./absent.js', import.meta.url).href };
      await assert.rejects(transport.start(absent, { name: 'absent', placement }), {
        code: 'ERR_INVALID_OPTION',
        message: /absent\.js/,
      });
    });

    test('takes calls while it starts', async () => {
      const started = transport.start(ROGUE, { name: 'late', placement });
      assert.equal(await transport.call('late', 'echo', 'early'), 'early');
      await started;
      await transport.lookup('late')?.stop();
      assert.equal(transport.serviceAvailable('late'), false);
    });

    test('makes many calls for one promise, with each error in its place', async () => {
      const numbers = Array.from({ length: 5_000 }, (_, index) => index);
      assert.deepEqual(await transport.callMany('rogue', 'echo', numbers), numbers);
      const mixed = await transport.callMany('rogue', 'echo', [1, () => 2, 3]);
      assert.equal(mixed[0], 1);
      assert.equal((mixed[1] as { code: string }).code, 'ERR_INVALID_PARAMS');
      assert.equal(mixed[2], 3);
    });

    test('that stops finishes what it has', async () => {
      await transport.start(ROGUE, { name: 'stopping', placement });
      const running = transport.call('stopping', 'wait', 50);
      const stopped = transport.lookup('stopping')?.stop();
      assert.equal(await running, 50);
      await stopped;
      await assert.rejects(transport.call('stopping', 'echo'), { code: 'ERR_SERVICE_NOT_FOUND' });
    });

    test('has copies that share its calls, and are replaced when they end', async () => {
      await transport.start(ROGUE, { name: 'many', placement, replicas: 2 });
      const many = transport.lookup('many');
      const whereBefore = many?.where;
      await assert.rejects(transport.call('many', 'exit'), { code: 'ERR_SERVICE_EXIT' });
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, index) => transport.call('many', 'echo', index)),
      );
      assert.deepEqual(
        replies,
        Array.from({ length: 50 }, (_, index) => index),
      );
      assert.equal(many?.status, 'running');
      assert.notEqual(many?.where, whereBefore);
      await many?.stop();
      assert.equal(many?.status, 'ended');
    });
  });
}

describe('a host that has too many files open', PATIENCE, () => {
  test('starts no service in a process, lives on, and starts one when there is room', () => {
    const program = `
      import { closeSync, openSync } from 'node:fs';
      import { NativeTransport } from ${JSON.stringify(import.meta.resolve('../../../src/runtime/index.js'))};
      const transport = new NativeTransport();
      const start = (replicas) => transport.start(${JSON.stringify(ROGUE)}, { name: 'rogue', placement: 'process', replicas });
      const open = [];
      try { for (;;) open.push(openSync('/dev/null')); } catch {}
      const refusals = [await start(1).catch(String), await start(2).catch(String)];
      open.forEach((descriptor) => closeSync(descriptor));
      await new Promise((resolve) => setImmediate(resolve));
      await start(2);
      console.log(JSON.stringify([...refusals, await transport.call('rogue', 'echo', 'well')]));
      await transport.stop();
    `;
    const limited = ['-c', 'ulimit -n 256; exec "$0" "$@"', process.execPath];
    const args = [...limited, '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    assert.equal(stderr, '');
    const [one, several, reply] = JSON.parse(stdout) as string[];
    assert.match(one ?? '', /'rogue' ended \(Error: no process can be started: too many files/);
    assert.equal(several, one);
    assert.equal(reply, 'well');
  });
});

describe('a process that leaves a process behind', PATIENCE, () => {
  test('has ended though the other one holds its link', async () => {
    const transport = new NativeTransport();
    await transport.start(ROGUE, { name: 'rogue', placement: 'process' });
    const heir = (await transport.call('rogue', 'bequeath')) as number;
    await assert.rejects(transport.call('rogue', 'exit'), {
      code: 'ERR_SERVICE_EXIT',
      message: /exited with code 7/,
    });
    assert.ok(process.kill(heir, 'SIGKILL'), 'it had ended before');
    await transport.stop();
  });
});
