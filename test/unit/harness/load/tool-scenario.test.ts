import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import { problemWith } from '../../../../src/harness/load/check-reply.ts';
import { loadCase } from '../../../../src/harness/load/scenario-catalog.ts';
import { toolScenario } from '../../../../src/harness/load/tool-scenario.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

const OPTIONS = { name: 'sums', tool: 'add', inputs: [{ a: 1 }, { a: 2 }, { a: 3 }] };

function replyProblem(reply: unknown, expect?: string): string | undefined {
  const [each] = toolScenario({ ...OPTIONS, ...(expect === undefined ? {} : { expect }) }).cases;
  assert.ok(each !== undefined);
  const [call] = planCalls(each, seededRandom(1));
  assert.ok(call !== undefined);
  return problemWith(call, reply);
}

describe('the scenario of one tool', () => {
  test('calls it with each set of arguments in turn', () => {
    const [each] = toolScenario(OPTIONS).cases;
    assert.ok(each !== undefined);
    assert.deepEqual(
      planCalls(each, seededRandom(1)).map(({ params }) => params),
      OPTIONS.inputs.map((input) => ({ name: 'add', arguments: input })),
    );
  });

  test('is the same on another thread, which makes it from the same options', async () => {
    const { module = '', options, cases } = toolScenario(OPTIONS);
    const elsewhere = await loadCase({ module, options, caseName: '', seed: 1 });
    const [here] = cases;
    assert.ok(here !== undefined);
    const paramsOf = (each: typeof here) =>
      planCalls(each, seededRandom(1)).map(({ params }) => params);
    assert.deepEqual(paramsOf(elsewhere), paramsOf(here));
  });

  test('takes for right what is a result and contains what is expected', () => {
    const text = (said: string) => ({ content: [{ type: 'text', text: said }] });
    assert.equal(replyProblem(text('3')), undefined);
    assert.equal(replyProblem({ structuredContent: {} }), undefined);
    assert.equal(replyProblem(text('the "sum" is 3'), '"sum" is 3'), undefined);
    assert.match(replyProblem(text('4'), '3') ?? '', /does not contain '3'/);
    assert.match(replyProblem({ ...text('3'), isError: true }, '3') ?? '', /reports an error: 3/);
    for (const reply of [undefined, null, {}, { content: 'text' }, []]) {
      assert.match(replyProblem(reply) ?? '', /no tool result/);
    }
  });
});
