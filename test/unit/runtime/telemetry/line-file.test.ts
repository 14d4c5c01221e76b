import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { LineFile } from '../../../../src/runtime/telemetry/line-file.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { FaultyFile } from '../../../helpers/faulty-file.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

function make() {
  const clock = new ManualClock();
  const faulty = new FaultyFile();
  const failures: string[] = [];
  const file = new LineFile({
    path: 'unused',
    retryMs: 1_000,
    clock,
    onFailure: (error) => failures.push((error as NodeJS.ErrnoException).code ?? error.message),
    openFile: faulty.open,
  });
  return { clock, faulty, failures, file };
}

/** Lets the queue be written as far as it goes. */
async function settleWrites(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await settle();
}

describe('LineFile', () => {
  test('writes the lines of a turn together, in order', async () => {
    const { file, faulty } = make();
    file.write('a\n');
    file.write('b\n');
    assert.equal(faulty.text, '', 'nobody waited for it');
    await settleWrites();
    assert.deepEqual(faulty.lines, ['a', 'b']);
    assert.equal(file.queuedBytes, 0);
  });

  test('keeps what does not fit, says so once, and goes on at the byte where it stopped', async () => {
    const { file, faulty, failures, clock } = make();
    faulty.capacityBytes = 7;
    file.write('first\n');
    file.write('second\n');
    await settleWrites();
    assert.equal(faulty.text, 'first\ns');
    assert.equal(file.isFailing, true);
    clock.advance(1_000);
    await settleWrites();
    assert.equal(file.isFailing, true, 'an attempt alone mends nothing');
    assert.equal(file.failureCount, 2);
    faulty.capacityBytes = Number.POSITIVE_INFINITY;
    file.write('third\n');
    clock.advance(1_000);
    await settleWrites();
    assert.deepEqual(faulty.lines, ['first', 'second', 'third']);
    assert.equal(file.isFailing, false);
    assert.deepEqual(failures, ['ENOSPC']);
  });

  test('speaks again of the next outage', async () => {
    const { file, faulty, failures, clock } = make();
    for (const line of ['a\n', 'b\n']) {
      faulty.capacityBytes = faulty.text.length;
      file.write(line);
      await settleWrites();
      faulty.capacityBytes = Number.POSITIVE_INFINITY;
      clock.advance(1_000);
      await settleWrites();
    }
    assert.deepEqual(failures, ['ENOSPC', 'ENOSPC']);
    assert.deepEqual(faulty.lines, ['a', 'b']);
  });

  test('opens a file that was forbidden as soon as it may', async () => {
    const { file, faulty, failures, clock } = make();
    faulty.isForbidden = true;
    file.write('a\n');
    await settleWrites();
    faulty.isForbidden = false;
    clock.advance(1_000);
    await settleWrites();
    assert.deepEqual(faulty.lines, ['a']);
    assert.deepEqual(failures, ['EACCES']);
  });

  test('does not keep the process alive to try again', async () => {
    const { file, faulty, clock } = make();
    faulty.isForbidden = true;
    file.write('a\n');
    await settleWrites();
    assert.equal(clock.countTimers(), 1);
    assert.equal(clock.isKeepingAlive, false);
  });

  test('writes everything before it closes, and takes nothing afterwards', async () => {
    const { file, faulty } = make();
    faulty.pause();
    file.write('a\n');
    await settle();
    file.write('b\n');
    const closed = file.close();
    faulty.resume();
    assert.equal(await closed, 0);
    assert.deepEqual(faulty.lines, ['a', 'b']);
    assert.equal(faulty.isClosed, true);
    assert.equal(file.write('c\n'), false);
    assert.equal(await file.close(), 0, 'closing again is the same');
  });

  test('gives up what it cannot write in time when it is closed, and says how much', async () => {
    const { file, faulty, clock } = make();
    faulty.capacityBytes = 0;
    file.write('a\n');
    file.write('b\n');
    const closed = file.close(1_000);
    for (let waits = 0; waits < 40; waits++) {
      await settleWrites();
      clock.advance(100);
    }
    assert.equal(await closed, 2);
    assert.equal(clock.countTimers(), 0, 'and forgets to try again');
  });

  test('loses, doubles and reorders nothing, however often the disk is full', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ write: fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }) }),
        fc.record({ room: fc.nat(12) }),
        fc.record({ waitMs: fc.constantFrom(0, 1_000) }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const { file, faulty, clock } = make();
        let expected = '';
        for (const step of history) {
          if ('write' in step) {
            const line = `${step.write.replaceAll('\n', '')}\n`;
            expected += line;
            file.write(line);
          } else if ('room' in step) {
            faulty.capacityBytes = faulty.text.length + step.room;
          } else {
            await settleWrites();
            clock.advance(step.waitMs);
          }
        }
        faulty.capacityBytes = Number.POSITIVE_INFINITY;
        await settleWrites();
        clock.advance(1_000);
        assert.equal(await file.close(), 0);
        assert.equal(faulty.text, expected);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('LineFile with rotation, on disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'toolrig-lines-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  function open(rotation?: { maxBytes: number; keep: number }): LineFile {
    return new LineFile({
      path: join(directory, 'app.log'),
      onFailure: (error) => assert.fail(error),
      ...(rotation === undefined ? {} : { rotation }),
    });
  }

  test('starts a new file rather than exceed its length, and keeps so many old ones', async () => {
    const file = open({ maxBytes: 12, keep: 2 });
    for (let i = 1; i <= 9; i++) file.write(`line${i}\n`);
    await file.close();
    assert.deepEqual((await readdir(directory)).toSorted(), ['app.log', 'app.log.1', 'app.log.2']);
    const texts = ['app.log.2', 'app.log.1', 'app.log'].map((name) =>
      readFile(join(directory, name), 'utf8'),
    );
    assert.deepEqual(await Promise.all(texts), ['line5\nline6\n', 'line7\nline8\n', 'line9\n']);
  });

  test('begins a file anew that somebody has removed, and says so', async () => {
    const clock = new ManualClock();
    const failures: string[] = [];
    const path = join(directory, 'app.log');
    const file = new LineFile({ path, clock, onFailure: ({ message }) => failures.push(message) });
    file.write('one\n');
    while (file.queuedBytes > 0) await settleWrites();
    await rm(path);
    clock.advance(1_000);
    file.write('two\n');
    while (file.queuedBytes > 0) await settleWrites();
    assert.deepEqual(failures, [`${path} was removed: what was in it is lost`]);
    assert.equal(file.failureCount, 1);
    await file.close();
    assert.equal(await readFile(path, 'utf8'), 'two\n');
  });

  test('gives a line that is longer than a file one of its own', async () => {
    const file = open({ maxBytes: 4, keep: 3 });
    file.write('a\n');
    file.write('much too long\n');
    file.write('b\n');
    await file.close();
    assert.equal(await readFile(join(directory, 'app.log.1'), 'utf8'), 'much too long\n');
    assert.equal(await readFile(join(directory, 'app.log'), 'utf8'), 'b\n');
  });

  test('goes on in the file that is there', async () => {
    for (const line of ['one\n', 'two\n', 'three\n']) {
      const file = open({ maxBytes: 8, keep: 1 });
      file.write(line);
      await file.close();
    }
    assert.equal(await readFile(join(directory, 'app.log.1'), 'utf8'), 'one\ntwo\n');
    assert.equal(await readFile(join(directory, 'app.log'), 'utf8'), 'three\n');
  });

  test('makes files that only their owner may read', async () => {
    const file = open();
    file.write('a\n');
    await file.close();
    assert.equal((await stat(join(directory, 'app.log'))).mode & 0o777, 0o600);
  });
});
