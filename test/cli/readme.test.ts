import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CLI_MAIN, PACKAGE_FOLDER, startProgram, temporaryFolder } from '../helpers/cli.ts';
import { extractExamples, toBuiltCommands } from '../helpers/readme-examples.ts';

const FENCE = '```';

describe('extractExamples', () => {
  test('takes marked blocks alone, in the order of the page', () => {
    const page = `# Page
${FENCE}sh
rm -rf unmarked
${FENCE}

<!-- test: file=greeter.mjs -->
${FENCE}js
export {};

// end
${FENCE}
text
<!-- test: run -->
${FENCE}sh
node greeter.mjs
npx toolrig list
${FENCE}
`;
    assert.deepEqual(extractExamples(page), [
      { kind: 'file', name: 'greeter.mjs', text: 'export {};\n\n// end\n' },
      { kind: 'run', text: 'node greeter.mjs\nnpx toolrig list\n' },
    ]);
  });

  test('refuses a page without any', () => {
    const page = ['# Page', `${FENCE}sh`, 'npx toolrig list', FENCE].join('\n');
    assert.throws(() => extractExamples(page), /README has no tested example/);
  });

  test('refuses a mark without a block that suits it', () => {
    for (const [mark, ...block] of [
      ['run', '', `${FENCE}sh`, 'true', FENCE],
      ['run', `${FENCE}js`, 'true', FENCE],
      ['file=a.mjs', `${FENCE}sh`, 'true', FENCE],
      ['file=../a.mjs', `${FENCE}js`, 'true', FENCE],
      ['nonsense', `${FENCE}sh`, 'true', FENCE],
      ['run', `${FENCE}sh`, 'no end'],
    ]) {
      const page = [`<!-- test: ${mark} -->`, ...block].join('\n');
      assert.throws(() => extractExamples(page), /line 1: .* must be followed by its block/, mark);
    }
  });
});

describe('toBuiltCommands', () => {
  test('replaces the names of the program and leaves other commands alone', () => {
    const text = 'npx toolrig list\nnpm run -s bench -- mixed\nnpm run -s micro\nnode npx.mjs\n';
    const built = toBuiltCommands(text, '$&');
    assert.equal(built, '$& list\n$& bench mixed\n$& micro\nnode npx.mjs\n');
  });
});

test('the examples of README.md work as they are written, in an empty folder', async () => {
  const folder = temporaryFolder('readme');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE_FOLDER, join(folder, 'node_modules', 'toolrig'), 'dir');
  for (const example of extractExamples(readFileSync(join(PACKAGE_FOLDER, 'README.md'), 'utf8'))) {
    if (example.kind === 'file') {
      writeFileSync(join(folder, example.name), example.text);
      continue;
    }
    const commands = toBuiltCommands(example.text, `"${process.execPath}" "${CLI_MAIN}"`);
    const { exitCode, stderr } = await startProgram(['sh', '-e', '-c', commands], { cwd: folder })
      .result;
    assert.equal(exitCode, 0, `${example.text}${stderr}`);
  }
});
