import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, ToolrigError } from '../../../../src/core/errors.ts';
import { planCalls } from '../../../../src/harness/load/call-plan.ts';
import { preflight } from '../../../../src/harness/load/preflight.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { argumentOf, echoCase, echoOperation, echoTarget } from '../../../helpers/fake-target.ts';

const plan = planCalls(echoCase({ inputs: 10 }), seededRandom(1));

function failing(error: unknown) {
  return echoTarget({ prepare: () => () => Promise.reject(error) });
}

describe('preflight', () => {
  test('calls each operation once, in the order of the plan', async () => {
    const operations = ['a', 'b'].map((name) => echoOperation({ name }));
    const called: string[] = [];
    const target = echoTarget({
      prepare:
        ({ name }) =>
        async (params) => {
          called.push(name);
          return (params as { arguments: unknown }).arguments;
        },
    });
    await preflight(planCalls(echoCase({ operations, inputs: 8 }), seededRandom(1)), [
      { variant: 'x', target: target },
    ]);
    assert.deepEqual(called, ['a', 'b']);
  });

  test('calls a target that drives its load itself without its driver', async () => {
    const methods: string[] = [];
    const target = echoTarget({
      prepare: () => () => Promise.reject(new Error('not this way')),
      call: async (_service, method, params) => {
        methods.push(method);
        return (params as { arguments: unknown }).arguments;
      },
      drive: async () => assert.fail('not this way either'),
    });
    await preflight(plan, [{ variant: 'x', target }]);
    assert.deepEqual(methods, ['tools/call']);
  });

  test('says whether the scenario or the target is at fault', async () => {
    const codes: Partial<Record<ErrorCode, ErrorCode>> = {
      ERR_UNKNOWN_TOOL: 'ERR_USAGE',
      ERR_SERVICE_NOT_FOUND: 'ERR_USAGE',
      ERR_INVALID_REQUEST: 'ERR_USAGE',
      ERR_INVALID_PARAMS: 'ERR_USAGE',
      ERR_SERVICE_EXIT: 'ERR_TARGET',
      ERR_TIMEOUT: 'ERR_TARGET',
      ERR_OVERLOADED: 'ERR_TARGET',
    };
    for (const [given, code] of Object.entries(codes)) {
      const cause = new ToolrigError(given as ErrorCode, 'it said no');
      await assert.rejects(preflight(plan, [{ variant: 'stdio', target: failing(cause) }]), {
        code,
        cause,
        message: "operation 'echo' on variant 'stdio' failed before the measurement: it said no",
      });
    }
    await assert.rejects(preflight(plan, [{ variant: 'x', target: failing('odd') }]), {
      code: 'ERR_TARGET',
      message: /odd/,
    });
  });

  test('says so of an operation that cannot even be prepared', async () => {
    const target = echoTarget({
      prepare() {
        throw new ToolrigError('ERR_UNKNOWN_TOOL', 'Unknown tool: ehco.');
      },
    });
    await assert.rejects(preflight(plan, [{ variant: 'direct', target }]), {
      code: 'ERR_USAGE',
      message: /ehco/,
    });
  });

  test('refuses a wrong reply, and one that the check stumbles over', async () => {
    const code = 'ERR_INVALID_MEASUREMENT';
    const wrong = echoTarget({ prepare: () => async () => 'other' });
    await assert.rejects(preflight(plan, [{ variant: 'x', target: wrong }]), {
      code,
      message: /expected 0, got other/,
    });
    const check = (reply: { text: string }) => reply.text.at(0);
    const strict = planCalls(echoCase({ operations: [echoOperation({ check })] }), seededRandom(1));
    await assert.rejects(preflight(strict, [{ variant: 'x', target: echoTarget() }]), {
      code,
      message: /TypeError/,
    });
  });

  test('waits for no target for ever, were it one without a deadline', async () => {
    const hanging = echoTarget({ prepare: () => () => new Promise(() => {}) });
    const contestants = [{ variant: 'direct', target: hanging }];
    await assert.rejects(preflight(plan, contestants, { giveUpMs: 1 }), {
      code: 'ERR_TARGET',
      message:
        "operation 'echo' on variant 'direct' failed before the measurement: it was not answered within 1 ms",
    });
  });

  test('refuses an input whose buffer the target keeps: there would be nothing to send again', async () => {
    const input = () => ({ bytes: new Uint8Array(8) });
    const spending = echoTarget({
      prepare: () => async (params) => {
        const args = argumentOf(params) as { bytes: Uint8Array<ArrayBuffer> };
        structuredClone(args, { transfer: [args.bytes.buffer] });
        return args;
      },
    });
    const bytes = planCalls(echoCase({ operations: [echoOperation({ input })] }), seededRandom(1));
    await assert.rejects(preflight(bytes, [{ variant: 'worker', target: spending }]), {
      code: 'ERR_USAGE',
      message:
        /^operation 'echo' on variant 'worker' takes arguments\.bytes away .*SharedArrayBuffer/,
    });
  });
});
