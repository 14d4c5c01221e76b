import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const CODEC = new URL('../../../src/runtime/scheduler/codec/', import.meta.url).href;

test('the codec works where Node may not make code from strings', () => {
  const program = `
    import assert from 'node:assert/strict';
    const { Encoder } = await import('${CODEC}encoder.js');
    const { Decoder } = await import('${CODEC}decoder.js');
    assert.throws(() => new Function('return 1'), EvalError);
    const memory = new ArrayBuffer(1024);
    const encoder = new Encoder(memory);
    const decoder = new Decoder(memory);
    for (let i = 0; i < 200; i++) {
      const value = { name: 'add', arguments: { a: i, b: [i] } };
      assert.deepEqual(decoder.decode(0, encoder.encode(value, 0, 1024)), value);
    }
    process.stdout.write('200 round trips');
  `;
  const output = execFileSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  assert.equal(output, '200 round trips');
});
