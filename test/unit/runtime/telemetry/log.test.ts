import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import type { CallContext } from '../../../../src/runtime/dispatch/call-context.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { createLog } from '../../../../src/runtime/telemetry/log.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { FaultyFile } from '../../../helpers/faulty-file.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

/** A terminal that keeps what is written to it. */
class Terminal extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

type Line = Record<string, unknown>;

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

describe('createLog', () => {
  test('closes within 5 s though nobody reads what it has written', async () => {
    const clock = new ManualClock();
    const unread = new Writable({ highWaterMark: 1, write() {} });
    const log = createLog({ console: unread, clock });
    log.info({}, 'one');
    let isClosed = false;
    const closing = log.close().then(() => {
      isClosed = true;
    });
    clock.advance(4_999);
    await settle();
    assert.equal(isClosed, false);
    clock.advance(1);
    await closing;
  });

  test('writes one line of JSON each: level, time, fields, message', () => {
    const terminal = new Terminal();
    const log = createLog({ console: terminal, fields: { node: 'n1' } });
    log.warn({ a: 1, text: 'two\nlines' }, 'looked');
    const [line, ...others] = linesOf(terminal.text);
    assert.equal(others.length, 0);
    const { time, ...rest } = line as Line;
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, { level: 'warn', node: 'n1', a: 1, text: 'two\nlines', msg: 'looked' });
  });

  test('leaves out what is below its level', () => {
    const terminal = new Terminal();
    const log = createLog({ console: terminal, level: 'warn' });
    log.debug({}, 'no');
    log.info({}, 'no');
    log.warn({}, 'yes');
    log.child({}).error({}, 'yes');
    assert.deepEqual(
      linesOf(terminal.text).map(({ level }) => level),
      ['warn', 'error'],
    );
  });

  test('says in every line of a handler which service and which request it is about', async () => {
    const terminal = new Terminal();
    const transport = new NativeTransport({ logger: createLog({ console: terminal }) });
    await transport.start(
      defineService({
        name: 'echo',
        methods: {
          look: (_params: unknown, context: CallContext) => {
            context.log.info({ n: 1 }, 'first');
            context.log.child({ part: 'x' }).info({}, 'second');
          },
        },
      }),
    );
    await transport.call('echo', 'look', {}, { requestId: 'r1' });
    await transport.call('echo', 'look');
    const lines = linesOf(terminal.text);
    assert.deepEqual(
      lines.map(({ service }) => service),
      ['echo', 'echo', 'echo', 'echo'],
    );
    assert.deepEqual(
      lines.slice(0, 2).map(({ requestId }) => requestId),
      ['r1', 'r1'],
    );
    assert.equal(lines[2]?.['requestId'], lines[3]?.['requestId']);
    assert.equal(typeof lines[2]?.['requestId'], 'string');
    assert.notEqual(lines[2]?.['requestId'], 'r1');
  });

  test('writes an error with its stack, and blots out what it is told to', () => {
    const terminal = new Terminal();
    const log = createLog({ console: terminal, redact: ['user.password'] });
    log.error({ err: new TypeError('bad'), user: { password: 'hunter2' } }, 'failed');
    const [line] = linesOf(terminal.text);
    const err = line?.['err'] as Line;
    assert.deepEqual([err['type'], err['message']], ['TypeError', 'bad']);
    assert.match(String(err['stack']), /log\.test/);
    assert.doesNotMatch(terminal.text, /hunter2/);
  });

  test('never throws at whoever logs, whatever the fields are', () => {
    const terminal = new Terminal();
    const log = createLog({ console: terminal });
    const cycle: Line = { big: 1n };
    cycle['self'] = cycle;
    log.info({ cycle, __proto__: null }, 'odd');
    assert.equal(linesOf(terminal.text).length, 1);
  });

  test('fills files one after the other', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'toolrig-log-'));
    try {
      const path = join(directory, 'app.log');
      const log = createLog({ file: { path, maxBytes: 1_000, keep: 2 } });
      for (let i = 0; i < 40; i++) log.info({ i }, 'a line of some length');
      await log.close();
      const names = (await readdir(directory)).toSorted();
      assert.deepEqual(names, ['app.log', 'app.log.1', 'app.log.2']);
      const last = linesOf(await readFile(path, 'utf8')).at(-1);
      assert.equal(last?.['i'], 39);
      for (const name of names) {
        assert.ok((await readFile(join(directory, name))).length <= 1_000, name);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('lives on when the disk is full, says so once, and counts what it lost', async () => {
    const file = new FaultyFile();
    const clock = new ManualClock();
    const failures: Error[] = [];
    file.capacityBytes = 0;
    const log = createLog({
      file: { path: 'unused' },
      maxQueueBytes: 200,
      clock,
      openFile: file.open,
      onFailure: (error) => failures.push(error),
    });
    for (let i = 0; i < 20; i++) {
      log.info({ i }, 'line');
      await settle();
    }
    assert.equal(failures.length, 1);
    assert.ok(log.lostLines > 10, `${log.lostLines} are lost`);
    const { lostLines } = log;
    file.capacityBytes = Number.POSITIVE_INFINITY;
    clock.advance(1_000);
    await settle();
    await log.close();
    assert.equal(file.lines.length, 20 - lostLines);
    assert.equal(log.lostLines, lostLines);
  });

  test('warns on stderr when it is not told whom to tell', async () => {
    const file = new FaultyFile();
    file.isForbidden = true;
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const log = createLog({
      file: { path: 'unused' },
      clock: new ManualClock(),
      openFile: file.open,
    });
    log.info({}, 'line');
    const warning = await warned;
    assert.equal(warning.name, 'ToolrigWarning');
    assert.match(warning.message, /log lines are kept back or lost: EACCES/);
    file.isForbidden = false;
    await log.close();
  });

  test('outlives the terminal that it writes to', () => {
    const terminal = new Terminal();
    const failures: Error[] = [];
    const log = createLog({ console: terminal, onFailure: (error) => failures.push(error) });
    terminal.emit('error', new Error('EPIPE'));
    terminal.emit('error', new Error('EPIPE'));
    log.info({}, 'nobody reads this');
    assert.equal(failures.length, 1);
    assert.equal(terminal.text, '');
    assert.equal(log.lostLines, 3);
  });

  test('does not pile up lines for a terminal that does not keep up', async () => {
    const stuck = new Writable({ write() {} });
    const log = createLog({ console: stuck, maxQueueBytes: 1_000 });
    for (let i = 0; i < 100; i++) log.info({}, 'x'.repeat(100));
    assert.ok(stuck.writableLength < 2_000, `${stuck.writableLength} bytes wait`);
    assert.ok(log.lostLines > 80);
  });

  test('rejects options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => createLog({ level: 'loud' as never }), { code });
    assert.throws(() => createLog({ levle: 'info' } as never), { code, message: /'level'/ });
    assert.throws(() => createLog({ file: { path: '' } }), { code });
    assert.throws(() => createLog({ file: { path: 'x', keep: 0 } }), { code });
    assert.throws(() => createLog({ file: { path: 'x', maxBytes: 0 } }), { code });
  });
});
