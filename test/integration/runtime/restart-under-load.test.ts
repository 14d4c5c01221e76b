import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  defineService,
  NativeTransport,
  Supervisor,
  serviceChild,
  ToolrigError,
} from '../../../src/runtime/index.ts';

const CALLERS = 32;
const CALLS_EACH = 250;
/** Of the calls, one in so many is a bug that ends the service. */
const CRASH_EVERY = 100;

describe('restart under load', () => {
  test('answers every call exactly once, and the next ones by the restarted service', async () => {
    const transport = new NativeTransport();
    let incarnations = 0;
    const unsteady = defineService<{ readonly incarnation: number }>({
      name: 'unsteady',
      concurrency: 8,
      init: () => ({ incarnation: ++incarnations }),
      methods: {
        work: async (params, context) => {
          await setImmediate();
          if ((params as { crash: boolean }).crash) throw new Error('a bug');
          return context.state.incarnation;
        },
      },
    });
    const supervisor = await Supervisor.start([serviceChild(transport, unsteady)], {
      maxRestarts: 1_000,
    });
    let made = 0;
    let missedTwice = 0;
    const outcomes = new Map<number, string[]>();
    const caller = async (): Promise<void> => {
      let didMiss = false;
      for (let n = 0; n < CALLS_EACH; n++) {
        const call = made++;
        const answers: string[] = [];
        outcomes.set(call, answers);
        const params = { crash: call % CRASH_EVERY === CRASH_EVERY - 1 };
        await transport.call('unsteady', 'work', params).then(
          (incarnation) => answers.push(`by ${String(incarnation)}`),
          (error: unknown) => {
            assert.ok(error instanceof ToolrigError);
            answers.push(error.code);
          },
        );
        // The name is free until the event loop has turned; a caller that finds nobody calls again.
        const foundNobody = answers[0] === 'ERR_SERVICE_NOT_FOUND';
        if (foundNobody && didMiss) missedTwice++;
        didMiss = foundNobody;
        if (foundNobody) await setImmediate();
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    const all = [...outcomes.values()];
    assert.equal(all.length, CALLERS * CALLS_EACH);
    assert.ok(all.every((answers) => answers.length === 1));
    const count = (code: string): number => all.filter(([answer]) => answer === code).length;
    const answered = all.filter(([answer]) => answer?.startsWith('by ')).length;
    const inFlight = count('ERR_SERVICE_EXIT');
    const between = count('ERR_SERVICE_NOT_FOUND');
    assert.equal(answered + inFlight + between, all.length, 'no other failure');
    assert.ok(incarnations > 20, `${incarnations} incarnations`);
    assert.ok(inFlight >= incarnations - 1, 'each crash failed at least its own call');
    assert.ok(between <= CALLERS * (incarnations - 1), `${between} calls found nobody`);
    assert.equal(missedTwice, 0, 'it is back after one turn of the event loop');
    assert.ok(answered > all.length / 3, `${answered} answered`);
    // The last incarnation answers, and it is the one that the supervisor knows of.
    assert.equal(await transport.call('unsteady', 'work', { crash: false }), incarnations);
    assert.equal((await supervisor.countChildren()).active, 1);
    assert.equal(supervisor.tree().children?.[0]?.restarts, incarnations - 1);
    await supervisor.stop();
    assert.equal(transport.serviceAvailable('unsteady'), false);
  });
});
