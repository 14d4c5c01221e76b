import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { problemWith } from '../../../../src/harness/load/check-reply.ts';
import { echoOperation } from '../../../helpers/fake-target.ts';

const seesNothing = () => undefined;

function problem(reply: unknown, operation: Parameters<typeof echoOperation>[0]) {
  return problemWith({ operation: echoOperation(operation), input: 7 }, reply);
}

describe('problemWith', () => {
  test('says what the check says, of the reply and the input', () => {
    const check = (reply: unknown, input: unknown) =>
      reply === input ? undefined : `${String(reply)} is not ${String(input)}`;
    assert.equal(problem(7, { check }), undefined);
    assert.equal(problem(8, { check }), '8 is not 7');
  });

  test('finds a reply wrong that does not tell how long the service had the call, where it is to', () => {
    const heldMs = (reply: { heldMs: number }) => reply.heldMs;
    assert.equal(problem({ heldMs: 5 }, { check: seesNothing, heldMs }), undefined);
    const none = 'it tells no time that the service had the call, but';
    assert.equal(problem({}, { check: seesNothing, heldMs }), `${none} undefined`);
    assert.equal(problem({ heldMs: -1 }, { check: seesNothing, heldMs }), `${none} -1`);
    assert.match(problem(undefined, { check: seesNothing, heldMs }) ?? '', /check threw TypeError/);
  });

  test('takes an error that a tool reports for a failure, though its check looks at nothing', () => {
    const text = (of: string) => ({ type: 'text', text: of });
    const isError = true;
    for (const [reply, says] of [
      [{ isError, content: [text('no such file')] }, 'the tool reports an error: no such file'],
      [
        { isError, content: [text('x'.repeat(1_000))] },
        `the tool reports an error: ${'x'.repeat(200)}`,
      ],
      [{ isError, content: [] }, 'the tool reports an error'],
      [{ isError, content: [{ type: 'image' }] }, 'the tool reports an error'],
      [{ isError, content: 'odd' }, 'the tool reports an error'],
      [{ isError }, 'the tool reports an error'],
      [{ isError: false }, undefined],
      [undefined, undefined],
      [null, undefined],
    ] as const) {
      assert.equal(problem(reply, { check: seesNothing }), says);
    }
  });

  test('leaves the reply to a method that is no tool to the check', () => {
    const reply = { isError: true };
    const { tool: _tool, ...operation } = echoOperation({ method: 'm', check: seesNothing });
    assert.equal(problemWith({ operation, input: 7 }, reply), undefined);
  });

  test('takes a check that throws for a reply of another shape', () => {
    const check = (reply: { deep: { value: number } }) => String(reply.deep.value);
    assert.match(problem({}, { check }) ?? '', /^its check threw TypeError: /);
  });
});
