import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fileService } from '../../../../src/services/file/file-service.ts';
import { startTools, textOf, withDirectory } from '../start-tools.ts';

const SEED = 20_260_103;

async function withService(
  work: (tools: Awaited<ReturnType<typeof startTools>>, base: string) => Promise<void>,
  options: object = {},
): Promise<void> {
  await withDirectory(async (base) => {
    const tools = await startTools(fileService({ basePath: base, ...options }));
    await work(tools, base);
    await tools.reference.stop();
  });
}

function blobOf(reply: Awaited<ReturnType<Awaited<ReturnType<typeof startTools>>['call']>>) {
  const [content] = reply.content;
  assert.ok(content?.type === 'resource' && 'blob' in content.resource);
  return content.resource;
}

function version(i: number): string {
  return String(i % 10).repeat(20_000);
}

describe('fileService', () => {
  test('writes text and reads it back as text and as bytes', async () => {
    await withService(async ({ call, result }) => {
      const text = 'naïve ☃\n';
      const written = await result('write_file', { path: 'note.txt', text });
      assert.deepEqual(written, { path: 'note.txt', sizeBytes: 11, replaced: false });
      const read = await call('read_file', { path: 'note.txt' });
      assert.equal(textOf(read), text);
      assert.deepEqual(read.structuredContent, {
        path: 'note.txt',
        sizeBytes: 11,
        offset: 0,
        lengthBytes: 11,
      });
      const resource = blobOf(await call('read_file', { path: 'note.txt', encoding: 'bytes' }));
      assert.deepEqual(resource.blob, new TextEncoder().encode(text));
      assert.equal(resource.mimeType, 'text/plain');
    });
  });

  test('writes a Uint8Array and base64 alike', async () => {
    await withService(async ({ call, result }) => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const base64 = Buffer.from(bytes).toString('base64');
      for (const given of [bytes, base64]) {
        await result('write_file', { path: 'all.bin', bytes: given });
        const { blob } = blobOf(await call('read_file', { path: 'all.bin', encoding: 'bytes' }));
        assert.deepEqual(blob, bytes);
        assert.equal(blob.buffer.byteLength, blob.length, 'the bytes are the only ones there');
      }
    });
  });

  test('refuses content that is malformed, missing or given twice', async () => {
    await withService(async ({ call }, base) => {
      for (const content of [
        {},
        { text: 'a', bytes: 'YQ==' },
        { bytes: 'YQ' },
        { bytes: 'a b=' },
      ]) {
        await assert.rejects(call('write_file', { path: 'a', ...content }), {
          code: 'ERR_INVALID_PARAMS',
        });
      }
      assert.deepEqual(await readdir(base), []);
    });
  });

  test('refuses what is larger than the limit, and writes nothing', async () => {
    await withService(
      async ({ failure, result }, base) => {
        for (const content of [{ text: 'x'.repeat(11) }, { bytes: new Uint8Array(11) }]) {
          assert.match(await failure('write_file', { path: 'a', ...content }), /limit of 10/);
        }
        await failure('write_file', { path: 'a', bytes: Buffer.alloc(11).toString('base64') });
        assert.deepEqual(await readdir(base), []);
        await writeFile(join(base, 'large'), 'x'.repeat(11));
        assert.match(await failure('read_file', { path: 'large' }), /limit of 10; .* offset/);
        const { lengthBytes } = await result('read_file', { path: 'large', length: 10 });
        assert.equal(lengthBytes, 10);
        await result('write_file', { path: 'a', text: 'x'.repeat(10) });
      },
      { maxFileBytes: 10 },
    );
  });

  test('keeps the permissions of a file that it replaces', async () => {
    await withService(async ({ result }, base) => {
      const path = join(base, 'script.sh');
      await writeFile(path, 'old');
      await chmod(path, 0o750);
      const { replaced } = await result('write_file', { path: 'script.sh', text: 'new' });
      assert.equal(replaced, true);
      assert.equal((await stat(path)).mode & 0o777, 0o750);
    });
  });

  test('reads the range that was asked for, as slice would', async () => {
    await withService(async ({ call }, base) => {
      const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
      await writeFile(join(base, 'a.bin'), bytes);
      await fc.assert(
        fc.asyncProperty(fc.nat(120), fc.nat(120), async (offset, length) => {
          const args = { path: 'a.bin', encoding: 'bytes', offset, length };
          const { blob } = blobOf(await call('read_file', args));
          assert.deepEqual(blob, bytes.slice(offset, offset + length));
        }),
        { seed: SEED },
      );
    });
  });

  test('reads text in ranges that never cut a character', async () => {
    await withService(async ({ call }, base) => {
      const unicode = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(unicode, fc.integer({ min: 4, max: 9 }), async (text, length) => {
          await writeFile(join(base, 'a.txt'), text);
          const { size } = await stat(join(base, 'a.txt'));
          let joined = '';
          for (let offset = 0; offset < size; ) {
            const reply = await call('read_file', { path: 'a.txt', offset, length });
            assert.notEqual(reply.isError, true, textOf(reply));
            joined += textOf(reply);
            offset += (reply.structuredContent as { lengthBytes: number }).lengthBytes;
          }
          assert.equal(joined, await readFile(join(base, 'a.txt'), 'utf8'));
        }),
        { seed: SEED },
      );
    });
  });

  test('says so when bytes are not text or a range is within a character', async () => {
    await withService(async ({ failure }, base) => {
      await writeFile(join(base, 'a.bin'), Uint8Array.of(0x61, 0xff));
      await writeFile(join(base, 'snow'), '☃☃');
      assert.match(await failure('read_file', { path: 'a.bin' }), /not UTF-8/);
      assert.match(await failure('read_file', { path: 'snow', offset: 1 }), /within a character/);
      assert.match(await failure('read_file', { path: 'snow', length: 2 }), /at least 4/);
    });
  });

  test('turns what the file system refuses into errors that name the path', async () => {
    await withService(async ({ failure }, base) => {
      await mkdir(join(base, 'dir'));
      await writeFile(join(base, 'file'), '');
      const cases: [string, object, RegExp][] = [
        ['read_file', { path: 'none' }, /^cannot read 'none': no such file .*ENOENT/],
        ['read_file', { path: 'dir' }, /^'dir' is a directory, not a file$/],
        ['read_file', { path: 'file/below' }, /'file\/below': not a directory/],
        ['read_file', { path: 'x'.repeat(300) }, /ENAMETOOLONG/],
        ['write_file', { path: 'none/a', text: '' }, /^cannot write 'none\/a': no such file/],
        ['write_file', { path: 'dir', text: '' }, /'dir' is a directory/],
        ['write_file', { path: '.', text: '' }, /'.' is a directory/],
        ['write_file', { path: 'file/below', text: '' }, /not a directory/],
        ['list_directory', { path: 'none' }, /^cannot list 'none'/],
        ['list_directory', { path: 'file' }, /not a directory/],
        ['file_info', { path: 'none' }, /^cannot look at 'none'/],
        ['search', { path: 'none', pattern: '**' }, /^cannot search 'none'/],
      ];
      for (const [tool, args, message] of cases) {
        const found = await failure(tool, args);
        assert.match(found, message);
        assert.ok(!found.includes(base), found);
      }
      assert.deepEqual(await readdir(base), ['dir', 'file']);
    });
  });

  test('lists entries by name, with their type, up to the limit', async () => {
    await withService(async ({ result }, base) => {
      await mkdir(join(base, 'b'));
      await writeFile(join(base, 'c'), '');
      await writeFile(join(base, 'a'), '');
      await writeFile(join(base, '.toolrig-00000000-0000-4000-8000-000000000000.tmp'), '');
      assert.deepEqual(await result('list_directory', {}), {
        path: '.',
        entries: [
          { name: 'a', type: 'file' },
          { name: 'b', type: 'directory' },
          { name: 'c', type: 'file' },
        ],
        truncated: false,
      });
      const { entries, truncated } = await result('list_directory', { limit: 1 });
      assert.deepEqual([entries, truncated], [[{ name: 'a', type: 'file' }], true]);
    });
  });

  test('tells what a file is', async () => {
    await withService(async ({ result }, base) => {
      await writeFile(join(base, 'data.csv'), 'a,b\n');
      const { modifiedAt, ...info } = await result('file_info', { path: 'data.csv' });
      assert.deepEqual(info, {
        path: 'data.csv',
        uri: `file://${base}/data.csv`,
        type: 'file',
        sizeBytes: 4,
        mimeType: 'text/csv',
      });
      assert.equal(modifiedAt, (await stat(join(base, 'data.csv'))).mtime.toISOString());
    });
  });

  test('offers the same files as resources, text as text and bytes as blobs', async () => {
    await withService(async ({ request }, base) => {
      await mkdir(join(base, 'a b'));
      await writeFile(join(base, 'a b', 'ü.txt'), 'text');
      await writeFile(join(base, 'b.bin'), Uint8Array.of(0, 1));
      const { resources } = (await request('resources/list', {})) as {
        resources: { uri: string; name: string }[];
      };
      assert.deepEqual(
        resources.map(({ name }) => name),
        ['a b/ü.txt', 'b.bin'],
      );
      const [text, bytes] = await Promise.all(
        resources.map(({ uri }) => request('resources/read', { uri })),
      );
      const [first, second] = resources.map(({ uri }) => uri);
      assert.deepEqual(text, { contents: [{ uri: first, mimeType: 'text/plain', text: 'text' }] });
      assert.deepEqual(bytes, {
        contents: [
          { uri: second, mimeType: 'application/octet-stream', blob: Uint8Array.of(0, 1) },
        ],
      });
    });
  });

  test('shows readers of a file being replaced one whole version or another', async () => {
    await withService(async ({ result, call }) => {
      await result('write_file', { path: 'a.txt', text: version(0) });
      const writes = Array.from({ length: 30 }, (_, i) =>
        result('write_file', { path: 'a.txt', text: version(i) }),
      );
      const reads = Array.from({ length: 60 }, () => call('read_file', { path: 'a.txt' }));
      for (const read of await Promise.all(reads)) {
        assert.notEqual(read.isError, true, textOf(read));
        assert.match(textOf(read), /^(\d)\1{19999}$/);
      }
      await Promise.all(writes);
      const { entries } = await result<{ entries: object[] }>('list_directory', {});
      assert.equal(entries.length, 1);
    });
  });

  test('does not start without a directory to serve', async () => {
    await withDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), '');
      for (const basePath of [join(directory, 'none'), join(directory, 'file')]) {
        await assert.rejects(startTools(fileService({ basePath })), (error: Error) => {
          assert.equal((error.cause as { code?: string }).code, 'ERR_INVALID_OPTION');
          assert.match(error.message, /basePath/);
          return true;
        });
      }
    });
  });

  test('rejects options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => fileService({ basePath: '' }), { code });
    assert.throws(() => fileService({ basePath: '.', maxFileBytes: 0 }), { code });
    assert.throws(() => fileService({ basePath: '.', concurrency: 0 }), { code });
    assert.throws(() => fileService({ basePath: '.', maxSearchEntries: 0.5 }), { code });
    assert.throws(() => fileService({ basePath: '.', baseDir: '.' } as never), { code });
  });
});
