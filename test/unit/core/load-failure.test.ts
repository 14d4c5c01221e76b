import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ToolrigError } from '../../../src/core/errors.ts';
import { describeLoadFailure } from '../../../src/core/load-failure.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolrig-load-failure-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What is said of a module of `text`; `undefined`: of none. */
async function said(name: string, text?: string): Promise<string> {
  const path = join(folder, name);
  if (text !== undefined) writeFileSync(path, text);
  const { href } = pathToFileURL(path);
  try {
    await import(href);
  } catch (thrown) {
    return describeLoadFailure(thrown, href).replaceAll(folder, '…');
  }
  return assert.fail('it was loaded');
}

describe('describeLoadFailure', () => {
  test('gives the line where the syntax is broken, which Node does not', async () => {
    assert.equal(
      await said('broken.mjs', 'export const x = 1;\nexport function f( {\n'),
      'Unexpected end of input (at …/broken.mjs:3)',
    );
  });

  test('gives the place of what is thrown, and none of what was checked', async () => {
    assert.match(
      await said('throws.mjs', "\nthrow new TypeError('boom');\n"),
      /^boom \(at …\/throws\.mjs:2/,
    );
    const checked = new ToolrigError('ERR_INVALID_OPTION', 'no such option');
    assert.equal(describeLoadFailure(checked, 'file:///x.mjs'), 'no such option');
  });

  test('tells a file that is not there from one that it imports', async () => {
    assert.equal(await said('none.mjs'), 'there is no such file');
    assert.match(
      await said('imports.mjs', "import './other.mjs';\n"),
      /^Cannot find module '…\/other\.mjs' imported from …\/imports\.mjs/,
    );
  });

  test('says of a source that it must be built', async () => {
    assert.match(await said('source.tsx', 'export const x: number = 1;'), /build it first/);
  });

  test('takes whatever is thrown', async () => {
    assert.equal(await said('odd.mjs', "throw 'a text';"), 'a text');
  });
});
