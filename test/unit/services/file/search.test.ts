import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fileService } from '../../../../src/services/file/file-service.ts';
import { compileGlob } from '../../../../src/services/file/glob.ts';
import { matchingLines, type SearchResult } from '../../../../src/services/file/search.ts';
import { startTools, withDirectory } from '../start-tools.ts';

const SEED = 20_260_104;

async function withTree(
  files: Record<string, string | Uint8Array>,
  work: (search: (args: object) => Promise<SearchResult>, base: string) => Promise<void>,
  options: object = {},
): Promise<void> {
  await withDirectory(async (base) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(base, path)), { recursive: true });
      await writeFile(join(base, path), content);
    }
    const tools = await startTools(fileService({ basePath: base, ...options }));
    await work((args) => tools.result<SearchResult>('search', args), base);
  });
}

describe('search', () => {
  const tree = {
    'a.txt': 'alpha\nbeta alpha\r\nalpha alpha\n',
    'b.md': 'nothing',
    'src/c.txt': 'gamma',
    'src/deep/d.txt': 'alpha',
    '.hidden/e.txt': 'alpha',
  };

  test('finds paths by glob, in order', async () => {
    await withTree(tree, async (search) => {
      const paths = async (args: object) => (await search(args)).matches.map(({ path }) => path);
      assert.deepEqual(await paths({ pattern: '*.txt' }), ['a.txt']);
      assert.deepEqual(await paths({ pattern: 'src/**/*.txt' }), ['src/c.txt', 'src/deep/d.txt']);
      assert.deepEqual(await paths({ pattern: '*.{md,txt}' }), ['a.txt', 'b.md']);
      assert.deepEqual(await paths({ pattern: '**', path: 'src/deep' }), ['src/deep/d.txt']);
      assert.deepEqual(await paths({ pattern: '**/e.txt' }), ['.hidden/e.txt']);
    });
  });

  test('finds each line that contains a text once, with its number', async () => {
    await withTree(tree, async (search) => {
      assert.deepEqual(await search({ pattern: '*', text: 'alpha' }), {
        matches: [
          { path: 'a.txt', line: 1, preview: 'alpha' },
          { path: 'a.txt', line: 2, preview: 'beta alpha' },
          { path: 'a.txt', line: 3, preview: 'alpha alpha' },
        ],
        truncated: false,
        skipped: 0,
      });
    });
  });

  test('stops at the limit and says so', async () => {
    await withTree(tree, async (search) => {
      const cut = await search({ pattern: '**', text: 'alpha', limit: 2 });
      assert.equal(cut.matches.length, 2);
      assert.equal(cut.truncated, true);
      const exact = await search({ pattern: '**', text: 'alpha', limit: 5 });
      assert.deepEqual([exact.matches.length, exact.truncated], [5, false]);
    });
    await withTree(
      tree,
      async (search) => {
        const { matches, truncated } = await search({ pattern: '**' });
        assert.ok(matches.length < 5);
        assert.equal(truncated, true);
      },
      { maxSearchEntries: 2 },
    );
  });

  test('counts the files it could not search, and follows no link', async () => {
    const files = {
      'ok.txt': 'x',
      'large.txt': 'x'.repeat(50),
      'binary.txt': Uint8Array.of(0, 255),
    };
    await withTree(
      files,
      async (search, base) => {
        await symlink('/', join(base, 'root'));
        await symlink('ok.txt', join(base, 'link.txt'));
        assert.deepEqual(await search({ pattern: '**', text: 'x' }), {
          matches: [{ path: 'ok.txt', line: 1, preview: 'x' }],
          truncated: false,
          skipped: 2,
        });
      },
      { maxFileBytes: 40 },
    );
  });

  test('numbers lines as splitting the text does', () => {
    const content = fc.array(fc.constantFrom('x', 'y', '\n', 'needle', ' '), { maxLength: 40 });
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 5 }), (parts, limit) => {
        const text = parts.join('');
        const expected = text
          .split('\n')
          .flatMap((line, index) =>
            line.includes('needle') ? [{ path: 'p', line: index + 1, preview: line }] : [],
          );
        assert.deepEqual(matchingLines('p', text, 'needle', limit), expected.slice(0, limit));
      }),
      { seed: SEED },
    );
  });

  test('shows a long line around the text only', () => {
    const [match] = matchingLines(
      'p',
      `${'a'.repeat(5_000)}needle${'b'.repeat(5_000)}`,
      'needle',
      1,
    );
    const preview = match?.preview ?? '';
    assert.ok(preview.includes('needle'));
    assert.equal(preview.length, 200);
  });
});

describe('compileGlob', () => {
  test('refuses patterns that could take for ever, and malformed ones', () => {
    for (const pattern of [
      '',
      'x'.repeat(257),
      '*a*a*a*a',
      '**/a/**/b/**',
      '{a,a}{a,a}{a,a}{a,a}',
      '(a+)+b',
      '+(a|aa)+(a|aa)b',
      '[abc',
      '{a,b',
    ]) {
      assert.throws(() => compileGlob(pattern), { name: 'ToolError' }, pattern);
    }
  });

  test('treats the characters of regular expressions as themselves', () => {
    assert.equal(compileGlob('a.b')('axb'), false);
    assert.equal(compileGlob('a+b')('aab'), false);
    assert.equal(compileGlob('a+b')('a+b'), true);
    assert.equal(compileGlob('!a')('b'), false);
    assert.equal(compileGlob('a|b')('a'), false);
  });
});
