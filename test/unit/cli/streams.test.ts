import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { wantsColour } from '../../../src/cli/streams.ts';

describe('wantsColour', () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream;
  const pipe = { isTTY: false } as NodeJS.WriteStream;
  const NAMES = ['NO_COLOR', 'FORCE_COLOR', 'TERM'] as const;
  let before: (string | undefined)[] = [];

  beforeEach(() => {
    before = NAMES.map((name) => process.env[name]);
    for (const name of NAMES) delete process.env[name];
  });
  afterEach(() => {
    for (const [index, name] of NAMES.entries()) {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    }
  });

  const wants = (stream: NodeJS.WriteStream, env: Readonly<Record<string, string>>) => {
    for (const name of NAMES) delete process.env[name];
    Object.assign(process.env, env);
    return wantsColour(stream);
  };

  test('is for terminals that can, and for no pipe', () => {
    assert.equal(wants(terminal, {}), true);
    assert.equal(wants(terminal, { TERM: 'dumb' }), false);
    assert.equal(wants(pipe, {}), false);
  });

  test('is there when forced, and not when forced not to be', () => {
    assert.equal(wants(pipe, { FORCE_COLOR: '1' }), true);
    assert.equal(wants(terminal, { FORCE_COLOR: '0' }), false);
    assert.equal(wants(terminal, { FORCE_COLOR: 'false' }), false);
  });

  test('is left out when NO_COLOR is set, even if forced, and not when it is empty', () => {
    assert.equal(wants(pipe, { NO_COLOR: '1', FORCE_COLOR: '1' }), false);
    assert.equal(wants(terminal, { NO_COLOR: '' }), true);
  });
});
