import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { toolInputs } from '../../../../src/cli/loading/tool-inputs.ts';
import { temporaryFolder } from '../../../helpers/cli.ts';

const folder = temporaryFolder('inputs');

describe('the arguments of a tool', () => {
  test('are none, one object, or several, in the order in which they were written', async () => {
    const file = join(folder, 'inputs.json');
    writeFileSync(file, '[{"a":3},{"a":4}]');
    assert.deepEqual(await toolInputs(), [{}]);
    assert.deepEqual(await toolInputs(['{"a":1}']), [{ a: 1 }]);
    assert.deepEqual(await toolInputs(['{"a":1}', `@${file}`, '[{"a":5}]']), [
      { a: 1 },
      { a: 3 },
      { a: 4 },
      { a: 5 },
    ]);
  });

  test('are refused when they are no JSON, no objects, or in no file', async () => {
    const mistakes: [string, RegExp][] = [
      ['{"a":', /the arguments are no JSON: /],
      ['[]', /--arguments must be a JSON object .*, got \[\]/],
      ['[1]', /--arguments must be/],
      ['null', /--arguments must be/],
      ['"text"', /--arguments must be/],
      [`@${join(folder, 'none.json')}`, /the arguments cannot be read: ENOENT/],
    ];
    for (const [written, message] of mistakes) {
      await assert.rejects(toolInputs([written]), { code: 'ERR_USAGE', message }, written);
    }
  });
});
