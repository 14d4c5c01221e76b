import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fileService } from '../../../../src/services/file/file-service.ts';
import { startTools, textOf, withDirectory } from '../start-tools.ts';

const SEED = 20_260_102;

/** `outside/` with a secret, and beside it `base/` with files and with links of every kind. */
async function withBase(
  work: (place: {
    base: string;
    outside: string;
    tools: Awaited<ReturnType<typeof startTools>>;
  }) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const base = join(directory, 'base');
    const outside = join(directory, 'outside');
    await mkdir(join(base, 'sub'), { recursive: true });
    await mkdir(outside);
    await mkdir(join(directory, 'base-sibling'));
    await writeFile(join(directory, 'base-sibling', 'secret.txt'), 'SECRET');
    await writeFile(join(outside, 'secret.txt'), 'SECRET');
    await writeFile(join(base, 'a.txt'), 'inside');
    await writeFile(join(base, 'sub', 'b.txt'), 'inside');
    await symlink('../outside', join(base, 'out'));
    await symlink('../outside/secret.txt', join(base, 'secret'));
    await symlink('../outside/new.txt', join(base, 'dangling'));
    await symlink(join(directory, 'base-sibling'), join(base, 'sibling'));
    await symlink('sub/b.txt', join(base, 'inner'));
    await symlink('loop', join(base, 'loop'));
    await work({ base, outside, tools: await startTools(fileService({ basePath: base })) });
  });
}

const ESCAPES = [
  '..',
  '../outside/secret.txt',
  'sub/../../outside/secret.txt',
  'sub/..',
  '/etc/passwd',
  'a.txt\0',
  'a.txt\0.png',
  'out',
  'out/secret.txt',
  'out/missing/deep.txt',
  'secret',
  'secret/below',
  'dangling',
  'dangling/new.txt',
  'sibling/secret.txt',
  'loop',
];

/** A message without the path in it. */
function generic(message: string): string {
  return message.replace(/'[^']*'/, '…');
}

const HOSTILE_PARTS = [
  '..',
  '.',
  '',
  '/',
  '\\',
  '\0',
  'out',
  'sub',
  'secret',
  'secret.txt',
  'dangling',
  'loop',
  'sibling',
  'a.txt',
  'outside',
  'base',
  '%2e%2e',
  '~',
  '....',
  '. .',
];

describe('the guard of paths', () => {
  test('refuses every way out, for every tool, and writes nothing', async () => {
    await withBase(async ({ outside, base, tools }) => {
      const before = await readdir(base);
      for (const path of ESCAPES) {
        const messages = [
          await tools.failure('read_file', { path }),
          await tools.failure('file_info', { path }),
          await tools.failure('list_directory', { path }),
          await tools.failure('write_file', { path, text: 'OVERWRITTEN' }),
          await tools.failure('search', { path, pattern: '**' }),
        ];
        for (const message of messages) {
          assert.doesNotMatch(message, /SECRET|ENOENT|ENOTDIR/, path);
          if (!path.startsWith('/')) assert.ok(!message.includes(base), message);
        }
      }
      assert.deepEqual(await readdir(base), before);
      assert.deepEqual(await readdir(outside), ['secret.txt']);
      assert.equal(await readFile(join(outside, 'secret.txt'), 'utf8'), 'SECRET');
    });
  });

  test('says the same of a link that leads out, whether or not anything is there', async () => {
    await withBase(async ({ tools }) => {
      const existing = generic(await tools.failure('read_file', { path: 'secret' }));
      assert.equal(generic(await tools.failure('read_file', { path: 'dangling' })), existing);
      assert.equal(generic(await tools.failure('read_file', { path: 'out/nothing' })), existing);
    });
  });

  test('follows a link that stays inside, for reading and for writing', async () => {
    await withBase(async ({ base, tools }) => {
      assert.equal(textOf(await tools.call('read_file', { path: 'inner' })), 'inside');
      await tools.result('write_file', { path: 'inner', text: 'new' });
      assert.equal(await readFile(join(base, 'sub', 'b.txt'), 'utf8'), 'new');
    });
  });

  test('treats dots, double slashes and an empty path as the same place', async () => {
    await withBase(async ({ tools }) => {
      for (const path of ['sub/b.txt', './sub//b.txt', 'sub/./b.txt']) {
        const { path: clean } = await tools.result('file_info', { path });
        assert.equal(clean, 'sub/b.txt');
      }
      for (const path of ['', '.', './']) {
        const { type } = await tools.result('file_info', { path });
        assert.equal(type, 'directory');
      }
    });
  });

  test('never waits for, reads or replaces what is no regular file', async () => {
    await withBase(async ({ base, tools }) => {
      execFileSync('mkfifo', [join(base, 'pipe')]);
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(base, 'socket'), resolve));
      try {
        for (const path of ['pipe', 'socket', 'sub']) {
          await tools.failure('read_file', { path });
          await tools.failure('write_file', { path, text: 'x' });
          assert.ok(existsSync(join(base, path)));
        }
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    });
    // A device below the base: /dev itself.
    const device = await startTools(fileService({ basePath: '/dev' }));
    assert.match(await device.failure('read_file', { path: 'zero' }), /device/);
    assert.match(await device.failure('write_file', { path: 'full', text: 'x' }), /device/);
  });

  test('gives resources the same limits', async () => {
    await withBase(async ({ base, outside, tools }) => {
      const { resources } = (await tools.request('resources/list', {})) as {
        resources: { name: string }[];
      };
      assert.deepEqual(
        resources.map(({ name }) => name),
        ['a.txt', 'sub/b.txt'],
      );
      for (const uri of [
        `file://${outside}/secret.txt`,
        `file://${base}/../outside/secret.txt`,
        `file://${base}/%2e%2e/outside/secret.txt`,
        `file://${base}/out/secret.txt`,
        `file://${base}/secret`,
        `file://${base}/a.txt%00`,
        `file://${base}%2fa.txt`,
        'file://elsewhere/a.txt',
        'http://127.0.0.1/a.txt',
        'a.txt',
        '',
      ]) {
        await assert.rejects(tools.request('resources/read', { uri }), {
          code: 'ERR_INVALID_PARAMS',
        });
      }
    });
  });

  test('lets no path made of hostile parts reach a byte outside', async () => {
    await withBase(async ({ base, outside, tools }) => {
      await link(join(outside, 'secret.txt'), join(outside, 'kept'));
      const part = fc.constantFrom(...HOSTILE_PARTS, outside);
      const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));
      await fc.assert(
        fc.asyncProperty(path, async (hostile) => {
          const read = await tools.call('read_file', { path: hostile });
          assert.ok(!textOf(read).includes('SECRET'), hostile);
          await tools.call('write_file', { path: hostile, text: 'OVERWRITTEN' });
          assert.equal(await readFile(join(outside, 'kept'), 'utf8'), 'SECRET', hostile);
          assert.deepEqual(await readdir(outside), ['kept', 'secret.txt'], hostile);
          assert.deepEqual(
            (await readdir(base)).filter((name) => name.endsWith('.tmp')),
            [],
          );
        }),
        { seed: SEED, numRuns: 300 },
      );
      assert.deepEqual(await readdir(join(base, '..')), ['base', 'base-sibling', 'outside']);
    });
  });
});
