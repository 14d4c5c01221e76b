/** Contract, part 4: every failure has its symbolic code. Last, for it ends a service. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ToolrigError } from '../../src/core/errors.ts';
import { type ContractBench, codeOf, toolParams } from './contract-bench.ts';

export function testErrors(bench: ContractBench): void {
  describe('refuses', () => {
    test('a service that is not there, and names the nearest', async () => {
      const data = { service: 'mayn' };
      const expected = { code: 'ERR_SERVICE_NOT_FOUND', message: /mayn.*'many'/, data };
      await assert.rejects(bench.target.call('mayn', 'ping'), expected);
      await assert.rejects(bench.target.call('mayn', 'tools/call', toolParams('echo')), expected);
    });

    test('a tool that is not there', async () => {
      await assert.rejects(bench.tool('many', 'ehco'), isToolrigError('ERR_UNKNOWN_TOOL', /ehco/));
    });

    test('a method that the service does not handle', async () => {
      for (const method of ['tools/cal', 'resources/templates/list', 'toString']) {
        await assert.rejects(
          bench.target.call('many', method, {}),
          isToolrigError('ERR_INVALID_REQUEST', /does not handle/),
        );
      }
    });

    test('arguments that break the schema, and names the one that does', async () => {
      for (const args of [{ a: 1 }, { a: 1, b: 'two' }, { a: 1, b: 2, c: 3 }]) {
        const wrong = 'c' in args ? /\bc\b/ : /\bb\b/;
        await assert.rejects(
          bench.tool('many', 'add', args),
          isToolrigError('ERR_INVALID_PARAMS', wrong),
        );
      }
    });

    test('a call of a tool without its name', async () => {
      for (const params of [{}, { name: 7 }, { arguments: {} }, undefined]) {
        await assert.rejects(
          bench.target.call('many', 'tools/call', params),
          isToolrigError('ERR_INVALID_PARAMS', /name/),
        );
      }
    });

    test('what a full mailbox cannot hold, at once, and serves the rest', async () => {
      const running = await bench.occupy('narrow');
      const waiting = [bench.tool('narrow', 'counter'), bench.tool('narrow', 'counter')];
      assert.equal(await Promise.race(waiting.map(codeOf)), 'ERR_OVERLOADED');
      await bench.release(running);
      const codes = await Promise.all(waiting.map(codeOf));
      assert.deepEqual(codes.toSorted(), ['ERR_OVERLOADED', 'ok']);
      assert.equal((await bench.counts('narrow')).counter, 1);
    });
  });

  test('a crash ends the calls in flight and the service, and no other service', async () => {
    const running = await bench.occupy('doomed');
    const crash = bench.tool('doomed', 'crash');
    const exit = isToolrigError('ERR_SERVICE_EXIT', /crashed on request/);
    await Promise.all([assert.rejects(crash, exit), assert.rejects(running.reply, exit)]);
    for (const method of ['ping', 'get_stats', 'tools/list']) {
      await assert.rejects(
        bench.target.call('doomed', method),
        isToolrigError('ERR_SERVICE_NOT_FOUND', /doomed/),
      );
    }
    assert.deepEqual(await bench.structure('many', 'echo', { still: 'here' }), { still: 'here' });
  });
}

function isToolrigError(code: string, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ToolrigError, `${String(error)} is no ToolrigError`);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.retryable, false);
    return true;
  };
}
