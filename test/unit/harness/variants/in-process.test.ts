import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ServiceSource } from '../../../../src/harness/load/scenario.ts';
import { loadDefinition, startNative } from '../../../../src/harness/variants/in-process.ts';
import { spiedEnds, spiedSource } from '../../../helpers/spied-service.ts';

const nowhere: ServiceSource = { module: 'file:///nowhere.js', export: 'x' };

describe('loadDefinition', () => {
  test('makes a definition from a URL and from a path, with its options', async () => {
    const source = spiedSource('from-url');
    const path = { ...source, module: new URL(source.module).pathname };
    for (const given of [source, path]) {
      assert.equal((await loadDefinition('spied', given)).name, 'from-url');
    }
  });

  test('says which service cannot be made, from where, and why', async () => {
    const code = 'ERR_TARGET';
    const { module } = spiedSource('x');
    await assert.rejects(loadDefinition('calc', nowhere), {
      code,
      message:
        /service 'calc' did not start: .* made from file:\/\/\/nowhere\.js: there is no such file$/,
    });
    await assert.rejects(loadDefinition('calc', { module, export: 'nothing' }), {
      code,
      message: /it has no export 'nothing'\. There is: .*Export what defineService returns/,
    });
    await assert.rejects(loadDefinition('calc', { module, export: 'throwing' }), {
      code,
      message: /no such options/,
    });
  });
});

describe('startNative', () => {
  test('starts every service under the name it is given', async () => {
    const transport = await startNative({ a: spiedSource('one'), b: spiedSource('two') });
    assert.deepEqual(
      transport.listServices().map(({ name }) => name),
      ['a', 'b'],
    );
    await transport.stop();
    assert.deepEqual(spiedEnds.splice(0).toSorted(), ['one', 'two']);
  });

  test('stops what it has started when a later one fails, whatever it fails by', async () => {
    const failing: Readonly<Record<string, readonly [ServiceSource, RegExp]>> = {
      load: [nowhere, /service 'second' did not start: no service can be made/],
      start: [
        spiedSource('second', { failStart: 'no database' }),
        /'second' did not start.*no database/,
      ],
    };
    for (const [source, message] of Object.values(failing)) {
      const started = startNative({ first: spiedSource('first'), second: source });
      await assert.rejects(started, { code: 'ERR_TARGET', message });
      assert.ok(spiedEnds.splice(0).includes('first'));
    }
  });
});
