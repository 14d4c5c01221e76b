import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AccessPolicy } from '../../../../../src/runtime/dispatch/access/access-policy.ts';
import { ANONYMOUS, type Caller } from '../../../../../src/runtime/dispatch/access/identity.ts';
import type { PolicyRule } from '../../../../../src/runtime/dispatch/access/policy-data.ts';

const ADA: Caller = { id: 'ada', roles: ['reader'] };
const EVE: Caller = { id: 'eve', roles: [] };

/** A rule read word by word: whether it speaks of this call at all. */
function speaksOf(
  rule: PolicyRule,
  caller: Caller,
  service: string,
  method: string,
  tool: string | undefined,
): boolean {
  const like = (pattern: string, name: string): boolean =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
  const isSomebody =
    (rule.callers ?? []).some((pattern) => like(pattern, caller.id)) ||
    (rule.roles ?? []).some((role) => caller.roles.includes(role));
  const isService = !rule.services || rule.services.some((pattern) => like(pattern, service));
  const isMethod = !rule.methods || rule.methods.some((pattern) => like(pattern, method));
  const isTool =
    !rule.tools || (tool !== undefined && rule.tools.some((pattern) => like(pattern, tool)));
  return isSomebody && isService && isMethod && isTool;
}

describe('AccessPolicy', () => {
  test('denies whatever no rule allows', () => {
    const policy = new AccessPolicy([]);
    assert.equal(policy.allows(ADA, 'data', 'ping', undefined), false);
    assert.equal(policy.allows(ANONYMOUS, 'data', 'ping', undefined), false);
  });

  test('lets a deny win over every allow, whatever their order', () => {
    const allow: PolicyRule = { effect: 'allow', callers: ['*'] };
    const deny: PolicyRule = { effect: 'deny', callers: ['eve'], tools: ['drop_*'] };
    for (const rules of [
      [allow, deny],
      [deny, allow],
    ]) {
      const policy = new AccessPolicy(rules);
      assert.equal(policy.allows(EVE, 'data', 'tools/call', 'drop_table'), false);
      assert.equal(policy.allows(EVE, 'data', 'tools/call', 'query'), true);
      assert.equal(policy.allows(ADA, 'data', 'tools/call', 'drop_table'), true);
    }
  });

  test('takes a rule with tools to be about tools/call alone', () => {
    const policy = new AccessPolicy([{ effect: 'allow', callers: ['*'], tools: ['*'] }]);
    assert.equal(policy.allows(ADA, 'data', 'tools/call', 'any'), true);
    assert.equal(policy.allows(ADA, 'data', 'tools/call', undefined), false);
    assert.equal(policy.allows(ADA, 'data', 'resources/read', undefined), false);
  });

  test('takes list_tools for tools/list, which it is', () => {
    const deny = new AccessPolicy([
      { effect: 'allow', callers: ['*'] },
      { effect: 'deny', callers: ['*'], methods: ['tools/list'] },
    ]);
    assert.equal(deny.allows(ADA, 'data', 'list_tools', undefined), false);
  });

  test('means everybody by a star, those without an identity included', () => {
    const policy = new AccessPolicy([{ effect: 'allow', callers: ['*'], methods: ['ping'] }]);
    assert.equal(policy.allows(ANONYMOUS, 'data', 'ping', undefined), true);
  });

  test('does not take an id for an id with roles that looks the same', () => {
    const rules: PolicyRule[] = [{ effect: 'allow', roles: ['admin'] }];
    const admin: Caller = { id: 'bob', roles: ['admin'] };
    const posers: Caller[] = [
      { id: '["bob","admin"]', roles: [] },
      { id: 'bob', roles: ['adm', 'in'] },
      { id: 'bob","admin', roles: [] },
      { id: 'bob', roles: ['__proto__'] },
      { id: 'bob', roles: [] },
    ];
    const policy = new AccessPolicy(rules);
    assert.equal(policy.allows(admin, 's', 'm', undefined), true);
    for (const poser of posers) assert.equal(policy.allows(poser, 's', 'm', undefined), false);
  });

  test('has no names that mean something else', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const policy = new AccessPolicy([{ effect: 'allow', roles: ['reader'], services: ['data'] }]);
    for (const name of names) {
      assert.equal(policy.allows({ id: name, roles: [name] }, 'data', name, name), false);
      assert.equal(policy.allows(ADA, name, name, name), false);
      assert.equal(policy.allows(ADA, 'data', name, name), true);
    }
    assert.equal(({} as Record<string, unknown>)['reader'], undefined);
  });

  test('remembers decisions up to its bound, and no longer decides otherwise afterwards', () => {
    const policy = new AccessPolicy([{ effect: 'allow', callers: ['*'], tools: ['even*'] }], 50);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 200; i++) {
        const tool = `${i % 2 === 0 ? 'even' : 'odd'}${i}`;
        assert.equal(policy.allows(ADA, 'data', 'tools/call', tool), i % 2 === 0);
        assert.ok(policy.decisionCount <= 50);
      }
    }
  });

  test('decides on names of any length, and remembers none that takes much memory', () => {
    const policy = new AccessPolicy([{ effect: 'allow', callers: ['*'], tools: ['x*'] }]);
    for (const tool of ['x'.repeat(2_000), `y${'x'.repeat(2_000)}`]) {
      assert.equal(policy.allows(ADA, 'data', 'tools/call', tool), tool.startsWith('x'));
    }
    assert.equal(policy.decisionCount, 0);
  });

  test('agrees with reading the rules one by one, however often it is asked', () => {
    const name = fc.constantFrom('a', 'ab', 'b', 'a*', '*');
    const names = fc.option(fc.uniqueArray(name, { minLength: 1, maxLength: 2 }), {
      nil: undefined,
    });
    const rule = fc.record({
      effect: fc.constantFrom('allow' as const, 'deny' as const),
      callers: names,
      roles: fc.option(fc.constant(['r1']), { nil: undefined }),
      services: names,
      methods: names,
      tools: names,
    });
    const plain = fc.constantFrom('a', 'ab', 'b', 'c');
    const question = fc.record({
      caller: fc.record({ id: plain, roles: fc.subarray(['r1', 'r2']) }),
      service: plain,
      method: plain,
      tool: fc.option(plain, { nil: undefined }),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 5 }),
        fc.array(question, { minLength: 1, maxLength: 25 }),
        (rules, questions) => {
          const policy = new AccessPolicy(rules, 10);
          for (const { caller, service, method, tool } of questions) {
            const about = rules.filter((one) => speaksOf(one, caller, service, method, tool));
            const expected =
              about.some(({ effect }) => effect === 'allow') &&
              !about.some(({ effect }) => effect === 'deny');
            assert.equal(policy.allows(caller, service, method, tool), expected);
          }
        },
      ),
      { numRuns: 500, seed: 11 },
    );
  });
});
