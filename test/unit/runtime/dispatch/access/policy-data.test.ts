import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ToolrigError } from '../../../../../src/core/errors.ts';
import { parsePolicy } from '../../../../../src/runtime/dispatch/access/policy-data.ts';

/** What is wrong with `data`, as the error lists it. */
function issuesOf(data: unknown): string[] {
  try {
    parsePolicy(data);
  } catch (error) {
    assert.equal((error as ToolrigError).code, 'ERR_INVALID_OPTION');
    const { issues } = (error as ToolrigError).data as { issues: string[] };
    for (const issue of issues) assert.ok((error as Error).message.includes(issue));
    return issues;
  }
  return [];
}

describe('parsePolicy', () => {
  test('takes a copy of what is right', () => {
    const rules = [{ effect: 'allow', roles: ['reader'], services: ['data'], tools: ['list_*'] }];
    const limits = [{ callers: ['*'], ratePerSecond: 10, burst: 5, concurrency: 2 }];
    const parsed = parsePolicy({ rules, limits });
    assert.deepEqual(parsed, { rules, limits });
    rules.length = 0;
    assert.equal(parsed.rules.length, 1);
  });

  test('names everything that is wrong at once, each with its path', () => {
    const issues = issuesOf({
      rules: [
        { effect: 'permit', callers: ['*'] },
        { effect: 'allow', callers: [] },
        { effect: 'allow', callers: ['ada'], tool: ['add'] },
      ],
      limits: [{ callers: ['*'], ratePerSecond: 0 }],
      rule: [],
    });
    const paths = issues.map((issue) => issue.slice(0, issue.indexOf(': ')));
    assert.deepEqual(paths.toSorted(), [
      'policy',
      'policy.limits[0].ratePerSecond',
      'policy.rules[0].effect',
      'policy.rules[1].callers',
      'policy.rules[2]',
    ]);
    assert.ok(issues.some((issue) => issue.includes('"tool"')));
    assert.ok(issues.some((issue) => issue.includes('"rule"')));
  });

  test('rejects entries that would do nothing, or not what they seem to', () => {
    const wrong: [unknown, RegExp][] = [
      [{}, /^policy\.rules/],
      [{ rules: [{ effect: 'allow' }] }, /must have callers or roles/],
      [
        { rules: [{ effect: 'deny', callers: ['*'], methods: ['ping'], tools: ['add'] }] },
        /both tools and methods/,
      ],
      [{ rules: [], limits: [{ callers: ['*'] }] }, /must have ratePerSecond or concurrency/],
      [{ rules: [], limits: [{ callers: ['*'], concurrency: 1, burst: 3 }] }, /no ratePerSecond/],
      [{ rules: [], limits: [{ concurrency: 1 }] }, /must have callers or roles/],
      [{ rules: [], limits: [{ callers: ['*'], concurrency: 1.5 }] }, /concurrency/],
      [{ rules: [], limits: [{ callers: ['*'], ratePerSecond: Infinity }] }, /ratePerSecond/],
    ];
    for (const [data, expected] of wrong) {
      const issues = issuesOf(data);
      assert.equal(issues.length, 1, JSON.stringify(data));
      assert.match(issues[0] as string, expected);
    }
  });

  test('takes nothing from a prototype', () => {
    const hidden = '{"rules":[{"effect":"deny","__proto__":{"callers":["*"]}}]}';
    assert.notDeepEqual(issuesOf(JSON.parse(hidden)), []);
    assert.notDeepEqual(issuesOf(JSON.parse('{"__proto__":{"rules":[]}}')), []);
  });
});
