import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  processChild,
  type RunningChild,
  Supervisor,
  threadChild,
} from '../../../src/runtime/index.ts';

const LOOPS_URL = new URL('../../helpers/supervised/loops.js', import.meta.url);
const DRAINS_URL = new URL('../../helpers/supervised/drains.js', import.meta.url);

async function onlyChild(supervisor: Supervisor): Promise<RunningChild> {
  const [listed] = await supervisor.whichChildren();
  assert.ok(listed?.child !== undefined);
  return listed.child;
}

describe('a child that loops for ever', () => {
  test('is terminated on a thread', async () => {
    const start = threadChild(() => new Worker(LOOPS_URL), { ready: 'message' });
    const supervisor = await Supervisor.start([{ id: 'loops', start, shutdown: 50 }]);
    const child = await onlyChild(supervisor);
    await setTimeout(50);
    await supervisor.stop();
    assert.equal(await child.exited, 'killed');
  });

  test('is killed in a process, which SIGTERM does not end', async () => {
    const start = processChild(() => fork(LOOPS_URL), { ready: 'message' });
    const trapping = processChild(() =>
      spawn('/bin/sh', ['-c', "trap '' TERM; while :; do :; done"]),
    );
    const supervisor = await Supervisor.start([
      { id: 'shell', start: trapping, shutdown: 50 },
      { id: 'node', start, shutdown: 'brutal_kill' },
    ]);
    const children = (await supervisor.whichChildren()).map(({ child }) => child);
    await setTimeout(50);
    await supervisor.stop();
    for (const child of children) assert.equal(await child?.exited, 'killed');
  });
});

describe('threadChild', () => {
  test('ends with shutdown when asked, with normal of itself, and with what it threw', async () => {
    const reasons: unknown[] = [];
    for (const code of [
      "require('node:worker_threads').parentPort.once('message', () => process.exit(0))",
      'setTimeout(() => {}, 20)',
      "setTimeout(() => { throw new RangeError('out of it'); }, 20)",
      'setTimeout(() => process.exit(4), 20)',
    ]) {
      const start = threadChild(() => new Worker(code, { eval: true }));
      const child = await start(new AbortController().signal);
      assert.ok(child !== 'ignore');
      if (code.includes('parentPort')) child.shutdown('shutdown');
      reasons.push(await child.exited);
    }
    const [asked, normal, threw, failed] = reasons;
    assert.equal(asked, 'shutdown');
    assert.equal(normal, 'normal');
    assert.equal(String(threw), 'RangeError: out of it');
    assert.match(String(failed), /ended with exit code 4/);
  });

  test('does not start when it ends before it has said that it is ready', async () => {
    const start = threadChild(() => new Worker('process.exit(7)', { eval: true }), {
      ready: 'message',
      exitReasons: { 7: 'no licence' },
    });
    await assert.rejects(Supervisor.start([{ id: 'a', start }]), {
      code: 'ERR_CHILD_START',
      message: "child 'a' did not start: no licence",
    });
  });
});

describe('processChild', () => {
  test('ends with shutdown by SIGTERM, with normal of itself, and with an error otherwise', async () => {
    const reasons: unknown[] = [];
    for (const script of ['exec sleep 10', 'exit 0', 'exit 3', 'kill -s SEGV $$']) {
      const start = processChild(() => spawn('/bin/sh', ['-c', script]));
      const child = await start(new AbortController().signal);
      assert.ok(child !== 'ignore');
      if (script.startsWith('exec sleep')) child.shutdown('shutdown');
      reasons.push(await child.exited);
    }
    const [asked, normal, failed, crashed] = reasons;
    assert.equal(asked, 'shutdown');
    assert.equal(normal, 'normal');
    assert.match(String(failed), /ended with exit code 3/);
    assert.match(String(crashed), /ended by SIGSEGV/);
  });

  test('does not start when there is no such program', async () => {
    const start = processChild(() => spawn('/no/such/program'));
    await assert.rejects(Supervisor.start([{ id: 'a', start }]), {
      code: 'ERR_CHILD_START',
      message: /ENOENT/,
    });
  });
});

describe('Application.handleSignals', () => {
  test('drains on SIGTERM: finishes what is in flight, stops in reverse, ends with 0', async () => {
    const program = fork(DRAINS_URL, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let output = '';
    const isReady = new Promise<void>((resolve) => {
      program.stdout?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('ready')) resolve();
      });
    });
    await isReady;
    program.kill('SIGTERM');
    const [code, signal] = (await once(program, 'close')) as [number | null, string | null];
    assert.deepEqual(output.trim().split('\n'), [
      'ready',
      'stopped accepting',
      'second stopped', // its last reply has been given; the caller reads it now
      'in flight: done',
      'first stopped',
      'ended: shutdown',
    ]);
    assert.deepEqual([code, signal], [0, null]);
  });
});
