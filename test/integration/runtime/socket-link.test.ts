import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SocketLink } from '../../../src/runtime/scheduler/socket-link.ts';
import { RecordingListener } from '../../helpers/recording-listener.ts';

const CHILD = fileURLToPath(new URL('../../helpers/link-child.js', import.meta.url));

const cleanups: (() => void)[] = [];

function start() {
  const child = spawn(process.execPath, [CHILD], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const heard = new RecordingListener();
  const link = new SocketLink(child.stdio[3] as Duplex, heard);
  link.openCalls = 1; // the test waits for what comes
  // Not `exit`: what the child has printed is still to be read then.
  return {
    child,
    heard,
    link,
    closed: once(child, 'close'),
    output: text(child.stdout as Readable),
  };
}

describe('SocketLink to a child process', () => {
  after(() => {
    for (const cleanup of cleanups) cleanup();
  });

  test('brings everything there and back, in order', async () => {
    const { link, heard } = start();
    const values = Array.from({ length: 20_000 }, (_, i) => ({
      name: 'add',
      arguments: { a: i, text: i % 50 === 0 ? 'z'.repeat(i) : `${i}` },
    }));
    link.openCalls = values.length;
    for (const [id, value] of values.entries()) link.send(1, id, id % 7, value);
    await heard.until(() => heard.frames.length === values.length);
    assert.deepEqual(
      heard.frames,
      values.map((value, id) => ({ kind: 1, id, route: id % 7, value })),
    );
    link.close();
  });

  test('brings frames of megabytes, in binary and in text', async () => {
    const { link, heard } = start();
    const bytes = Uint8Array.from({ length: 8_000_000 }, (_, i) => i * 31);
    const words = 'größer '.repeat(300_000);
    link.send(1, 1, 1, bytes);
    link.send(1, 2, 1, { words, small: 1 });
    link.send(1, 3, 1, 'after');
    await heard.until(() => heard.frames.length === 3);
    assert.deepEqual(
      heard.frames.map(({ value }) => value),
      [bytes, { words, small: 1 }, 'after'],
    );
    link.close();
  });

  test('hears once of a child that is killed, after all that it had said', async () => {
    const { link, heard, closed } = start();
    link.send(1, 1, 1, 'echo');
    await heard.until(() => heard.frames.length === 1);
    link.send(1, 2, 1, 'die');
    await heard.until(() => heard.closings.length > 0);
    await closed;
    // Into a socket that is gone.
    link.send(1, 3, 1, 'x'.repeat(1_000_000));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(heard.frames.length, 1);
    assert.equal(heard.closings.length, 1);
  });

  test('hears once of a child that dies while much is on its way to it', async () => {
    const { link, heard, closed } = start();
    link.send(1, 1, 1, 'die');
    for (let id = 2; id < 200; id++) link.send(1, id, 1, new Uint8Array(100_000));
    await closed;
    await heard.until(() => heard.closings.length > 0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(heard.closings.length, 1);
    assert.match(String(heard.closings[0]), /EPIPE|ECONNRESET|has closed the link/);
  });

  test('gives up on a child that writes garbage, and says what it was', async () => {
    const { link, heard, output } = start();
    link.send(1, 1, 1, 'write garbage');
    await heard.until(() => heard.closings.length > 0);
    assert.match(String(heard.closings[0]), /corrupt frame: a length of 1936287860 bytes/);
    assert.match(await output, /has closed the link|ECONNRESET/);
  });

  test('lets the child end when it is closed, and the child lets this side know likewise', async () => {
    const one = start();
    one.link.send(1, 1, 1, 'last words');
    one.link.close();
    assert.match(await one.output, /the other side has closed the link/);
    assert.deepEqual((await one.closed)[0], 0);
    assert.equal(one.heard.closings.length, 0);

    const two = start();
    two.link.send(1, 1, 1, 'heard');
    two.link.send(1, 2, 1, 'close');
    await two.heard.until(() => two.heard.closings.length > 0);
    assert.deepEqual(
      two.heard.frames.map(({ value }) => value),
      ['heard'],
    );
    assert.match(String(two.heard.closings[0]), /the other side has closed the link/);
    assert.deepEqual((await two.closed)[0], 0);
    assert.equal(await two.output, '');
  });
});
