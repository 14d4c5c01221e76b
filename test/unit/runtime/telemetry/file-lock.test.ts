import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { lockFile } from '../../../../src/runtime/telemetry/file-lock.ts';

describe('lockFile', () => {
  let directory: string;
  let path: string;
  let lock: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'toolrig-lock-'));
    path = join(directory, 'audit.jsonl');
    lock = `${path}.lock`;
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** What a lock of this process says, changed. */
  async function written(over: object): Promise<void> {
    const unlock = await lockFile(path);
    const holder = JSON.parse(readFileSync(lock, 'utf8')) as object;
    await unlock();
    writeFileSync(lock, JSON.stringify({ ...holder, ...over }));
  }

  test('lets one write at a time, and the next when that one is through', async () => {
    const unlock = await lockFile(path);
    await assert.rejects(lockFile(path), {
      code: 'ERR_INVALID_OPTION',
      message:
        `'${path}' is written by process ${process.pid}: give each program a file of its own, or stop ` +
        `that one. Its lock is ${lock}.`,
    });
    await unlock();
    await unlock();
    assert.equal(existsSync(lock), false);
    await (await lockFile(path))();
  });

  test('is kept by another program that runs', async () => {
    await written({ pid: process.ppid, startedAt: null });
    await assert.rejects(lockFile(path), { message: new RegExp(`by process ${process.ppid}:`) });
  });

  test('is taken from whoever has ended, is another by now, is elsewhere or says nothing', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const left = [{ pid }, { startedAt: '1' }, { host: 'elsewhere' }, { startedAt: null }];
    for (const over of left) {
      await written(over);
      await (await lockFile(path))();
    }
    writeFileSync(lock, '');
    await (await lockFile(path))();
  });

  test('is done without where no file can be made', async () => {
    rmSync(directory, { recursive: true });
    const unlock = await lockFile(path);
    await unlock();
    mkdirSync(directory);
  });
});
