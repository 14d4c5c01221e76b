import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkIdentity,
  type Identity,
  SYSTEM,
} from '../../../../../src/runtime/dispatch/access/identity.ts';

describe('checkIdentity', () => {
  test('takes a copy that nobody can change any more', () => {
    const roles = ['reader'];
    const identity = { id: 'ada', roles };
    const caller = checkIdentity(identity);
    roles.push('admin');
    identity.id = 'eve';
    assert.deepEqual(caller, { id: 'ada', roles: ['reader'] });
    assert.throws(() => caller.roles.push('admin'), TypeError);
    assert.deepEqual(checkIdentity({ id: 'bob' }).roles, []);
  });

  test('knows the system by the object, not by its name', () => {
    assert.equal(checkIdentity(SYSTEM), SYSTEM);
    assert.throws(() => checkIdentity({ ...SYSTEM }), {
      code: 'ERR_INVALID_OPTION',
      message: /'system', which is reserved/,
    });
    assert.throws(() => checkIdentity({ id: 'anonymous' }), { code: 'ERR_INVALID_OPTION' });
  });

  test('rejects what is no identity', () => {
    const wrong: unknown[] = [
      undefined,
      null,
      'ada',
      {},
      { id: '' },
      { id: 7 },
      { id: 'x'.repeat(257) },
      { id: 'ada', roles: 'admin' },
      { id: 'ada', roles: [''] },
      { id: 'ada', roles: [1] },
      { id: 'ada', role: ['admin'] },
    ];
    for (const identity of wrong) {
      assert.throws(() => checkIdentity(identity as Identity), { code: 'ERR_INVALID_OPTION' });
    }
  });

  test('takes nothing from a prototype', () => {
    const roles = ['admin'];
    const made = Object.assign(Object.create({ roles }) as object, { id: 'ada' }) as Identity;
    assert.deepEqual(checkIdentity(made).roles, []);
    const inherited = JSON.parse('{"id":"ada","__proto__":{"roles":["admin"]}}') as Identity;
    assert.throws(() => checkIdentity(inherited), { code: 'ERR_INVALID_OPTION' });
    assert.deepEqual(checkIdentity({ id: '__proto__', roles }), { id: '__proto__', roles });
  });
});
