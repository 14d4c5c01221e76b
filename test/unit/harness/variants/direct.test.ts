import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { directVariant } from '../../../../src/harness/variants/direct.ts';
import { echoOperation } from '../../../helpers/fake-target.ts';
import { spiedEnds, spiedSource } from '../../../helpers/spied-service.ts';

const ADD = { name: 'add', arguments: { a: 1, b: 2 } };

describe('the variant direct', () => {
  test('calls the handler itself, with the state that init made', async () => {
    const target = await directVariant.open({ calc: spiedSource('calc') });
    const invoke = target.prepare(echoOperation({ service: 'calc', tool: 'add' }));
    const replies = [await target.call('calc', 'tools/call', ADD), await invoke(ADD)];
    assert.deepEqual(replies, [
      { content: [], structuredContent: { sum: 3, calls: 1 } },
      { content: [], structuredContent: { sum: 3, calls: 2 } },
    ]);
    await target.close();
    spiedEnds.splice(0);
  });

  test('refuses what is not there, and what it does not do', async () => {
    const target = await directVariant.open({ calc: spiedSource('calc') });
    const prepare = (operation: object) => () => target.prepare(echoOperation(operation));
    assert.throws(prepare({ service: 'clac', tool: 'add' }), {
      code: 'ERR_SERVICE_NOT_FOUND',
      message: /Did you mean 'calc'/,
    });
    assert.throws(prepare({ service: 'calc', tool: 'ad' }), {
      code: 'ERR_UNKNOWN_TOOL',
      message: "Unknown tool: ad. Did you mean 'add'?",
    });
    const { tool: _tool, ...byMethod } = echoOperation({ service: 'calc', method: 'whoami' });
    assert.throws(() => target.prepare(byMethod), {
      code: 'ERR_INVALID_REQUEST',
      message: /calls tools only/,
    });
    await assert.rejects(target.call('clac', 'tools/call', ADD), { code: 'ERR_SERVICE_NOT_FOUND' });
    await target.close();
    spiedEnds.splice(0);
  });

  test('ends its services once, however often it is closed', async () => {
    const target = await directVariant.open({ a: spiedSource('a'), b: spiedSource('b') });
    await target.close();
    await target.close();
    assert.deepEqual(spiedEnds.splice(0), ['a', 'b']);
    await assert.rejects(target.call('a', 'tools/call', ADD), { code: 'ERR_SERVICE_NOT_FOUND' });
  });

  test('says what did not start, and leaves nothing behind', async () => {
    const services = { a: spiedSource('a'), b: spiedSource('b', { failStart: 'no database' }) };
    await assert.rejects(directVariant.open(services), {
      code: 'ERR_TARGET',
      message: "service 'b' did not start: no database",
    });
    assert.deepEqual(spiedEnds.splice(0), ['a']);
  });
});
