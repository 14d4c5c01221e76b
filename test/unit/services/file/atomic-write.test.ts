import assert from 'node:assert/strict';
import { mkdir, open, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { writeAtomically } from '../../../../src/services/file/atomic-write.ts';
import { withDirectory } from '../start-tools.ts';

const NEVER = new AbortController().signal;
const DATA = new TextEncoder().encode('new');

describe('writeAtomically', () => {
  test('replaces the content and leaves nothing else behind', async () => {
    await withDirectory(async (directory) => {
      const realPath = join(directory, 'a.txt');
      await writeFile(realPath, 'old');
      await writeAtomically({ path: 'a.txt', realPath }, DATA, { signal: NEVER, mode: 0o640 });
      assert.equal(await readFile(realPath, 'utf8'), 'new');
      assert.equal((await stat(realPath)).mode & 0o777, 0o640);
      assert.deepEqual(await readdir(directory), ['a.txt']);
    });
  });

  test('keeps the old content when the disk is full', async () => {
    await withDirectory(async (directory) => {
      const realPath = join(directory, 'a.txt');
      await writeFile(realPath, 'old');
      const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
      for (const step of ['writeFile', 'sync', 'close'] as const) {
        const openFile = async (path: string, flags: number) => {
          const handle = await open(path, flags);
          const close = handle.close.bind(handle);
          handle[step] = async () => {
            if (step === 'close') await close();
            throw full;
          };
          return handle;
        };
        await assert.rejects(
          writeAtomically({ path: 'a.txt', realPath }, DATA, { signal: NEVER, openFile }),
          full,
        );
        assert.equal(await readFile(realPath, 'utf8'), 'old');
        assert.deepEqual(await readdir(directory), ['a.txt']);
      }
    });
  });

  test('leaves no temporary file when the rename fails', async () => {
    await withDirectory(async (directory) => {
      const realPath = join(directory, 'taken');
      await mkdir(realPath);
      const write = writeAtomically({ path: 'taken', realPath }, DATA, { signal: NEVER });
      await assert.rejects(write, { code: 'EISDIR' });
      assert.deepEqual(await readdir(directory), ['taken']);
    });
  });

  test('gives up before the rename when the call is over', async () => {
    await withDirectory(async (directory) => {
      const realPath = join(directory, 'a.txt');
      const reason = new Error('too late');
      const write = writeAtomically({ path: 'a.txt', realPath }, DATA, {
        signal: AbortSignal.abort(reason),
      });
      await assert.rejects(write, reason);
      assert.deepEqual(await readdir(directory), []);
    });
  });

  test('writes no content into a directory that was swapped for a link', async () => {
    await withDirectory(async (directory) => {
      const inside = join(directory, 'inside');
      const outside = join(directory, 'outside');
      await mkdir(inside);
      await mkdir(outside);
      // The swap happens between the check of the path and the opening of the file.
      const openFile = async (path: string, flags: number) => {
        await rename(inside, join(directory, 'moved'));
        await symlink(outside, inside);
        return open(path, flags);
      };
      const location = { path: 'inside/a.txt', realPath: join(inside, 'a.txt') };
      await assert.rejects(writeAtomically(location, DATA, { signal: NEVER, openFile }), {
        name: 'ToolError',
      });
      assert.deepEqual(await readdir(outside), []);
    });
  });

  test('respects the umask for a new file', async () => {
    await withDirectory(async (directory) => {
      const reference = join(directory, 'reference');
      await writeFile(reference, '');
      const realPath = join(directory, 'new');
      await writeAtomically({ path: 'new', realPath }, DATA, { signal: NEVER });
      assert.equal((await stat(realPath)).mode, (await stat(reference)).mode);
    });
  });
});
