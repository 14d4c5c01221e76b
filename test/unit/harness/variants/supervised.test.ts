import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ServiceSource } from '../../../../src/harness/load/scenario.ts';
import type { SupervisedTarget } from '../../../../src/harness/load/target.ts';
import { nativeVariant } from '../../../../src/harness/variants/native.ts';
import { spiedEnds, spiedSource } from '../../../helpers/spied-service.ts';

function open(services: Record<string, ServiceSource>): Promise<SupervisedTarget> {
  return nativeVariant.supervision?.open(services) ?? assert.fail();
}

function whoami(target: SupervisedTarget, service: string): Promise<unknown> {
  return target.call(service, 'whoami');
}

/** Resolves once the service answers again. */
async function back(target: SupervisedTarget, service: string): Promise<void> {
  for (;;) {
    try {
      await whoami(target, service);
      return;
    } catch {
      await new Promise(setImmediate);
    }
  }
}

describe('a supervised target', () => {
  test('starts a service again that was killed, and says that it had ended', async () => {
    const target = await open({ a: spiedSource('one'), b: spiedSource('two') });
    try {
      const ended: string[] = [];
      const stopListening = target.onExit((service) => ended.push(service));
      for (let kills = 1; kills <= 5; kills++) {
        assert.equal(target.kill('a'), true);
        await assert.rejects(whoami(target, 'a'));
        await back(target, 'a');
        assert.equal(await whoami(target, 'b'), 'two');
        assert.equal(ended.length, kills, 'more often than a supervisor allows by default');
      }
      assert.deepEqual(new Set(ended), new Set(['a']));
      stopListening();
      target.kill('b');
      await back(target, 'b');
      assert.equal(ended.length, 5);
    } finally {
      await target.close();
    }
  });

  test('cannot kill what is not there', async () => {
    const target = await open({ a: spiedSource('one') });
    try {
      assert.equal(target.kill('nobody'), false);
      target.kill('a');
      assert.equal(target.kill('a'), false, 'until it is back');
    } finally {
      await target.close();
    }
  });

  test('stops its services when it is closed, and tells nobody', async () => {
    const target = await open({ a: spiedSource('one'), b: spiedSource('two') });
    let ended = 0;
    target.onExit(() => ended++);
    spiedEnds.splice(0);
    await target.close();
    assert.deepEqual(spiedEnds.splice(0), ['two', 'one']);
    assert.equal(ended, 0);
    await assert.rejects(whoami(target, 'a'), { code: 'ERR_SERVICE_NOT_FOUND' });
  });

  test('says which service did not start, and leaves none behind', async () => {
    const failing = spiedSource('second', { failStart: 'no database' });
    await assert.rejects(open({ first: spiedSource('first'), second: failing }), {
      code: 'ERR_TARGET',
      message: /service 'second' did not start.*no database/,
    });
    assert.ok(spiedEnds.splice(0).includes('first'));
  });
});
