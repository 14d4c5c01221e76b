import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { CommandHost } from '../../../src/mcp/command-host.ts';

describe('a program that serves over stdio', { skip: process.platform === 'win32' }, () => {
  test('ends at the end of its stdin, without a signal', async () => {
    const host = await CommandHost.start(['cat']);
    await host.stop();
    assert.deepEqual(await host.exited, { code: 0, signal: null });
    assert.equal(host.describeExit(), 'its process exited with code 0');
  });

  test('that does not is killed', async () => {
    const stubborn = 'trap "" TERM; echo deaf; while :; do sleep 60; done';
    const host = await CommandHost.start(['sh', '-c', stubborn]);
    await once(host.process.stdout, 'data');
    await host.stop({ timeoutMs: 2 });
    assert.deepEqual(await host.exited, { code: null, signal: 'SIGKILL' });
    assert.equal(host.describeExit(), 'its process was killed by SIGKILL');
  });
});
