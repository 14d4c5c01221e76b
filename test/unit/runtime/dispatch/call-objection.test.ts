import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { CallOptions } from '../../../../src/runtime/dispatch/call-context.ts';
import { objectionTo } from '../../../../src/runtime/dispatch/call-objection.ts';
import { NativeTransport } from '../../../../src/runtime/index.ts';
import { createGuestPair, type GuestPair } from '../../../helpers/guest-pair.ts';
import { heldReplies } from '../../../helpers/puppet-service.ts';
import { startService } from '../../../helpers/start-service.ts';

const MISTAKES: readonly (readonly [what: string, options: unknown, message: RegExp])[] = [
  ['a misspelled key', { timout: 50 }, /unknown key 'timout'\. Did you mean 'timeoutMs'\?/],
  ['a time in the place of the options', 500, /must be an object, .*got 500/],
  ['null', null, /must be an object, .*got null/],
  ['a time that is text', { timeoutMs: '50' }, /timeoutMs must be a number > 0 .*got '50'/],
  ['a time that no timer can hold', { timeoutMs: 50n }, /timeoutMs .*got 50n/],
  ['a time below zero', { timeoutMs: -1 }, /timeoutMs .*got -1/],
  ['a controller in the place of its signal', { signal: new AbortController() }, /^signal must be/],
  ['a listener that cannot be called', { onProgress: 'log' }, /onProgress must be a function/],
  ['a request id that is no text', { requestId: 7 }, /requestId must be a string, got 7/],
  ['meta that has no members', { meta: 'trace' }, /meta must be an object, got 'trace'/],
  ['a token that is neither', { progressToken: {} }, /progressToken must be a string or a number/],
];

describe('The options of a call', () => {
  for (const [what, options, message] of MISTAKES) {
    test(`are refused for ${what}`, () => {
      const objection = objectionTo('shop', options as CallOptions);
      assert.equal(objection?.code, 'ERR_INVALID_OPTION');
      assert.match(objection?.message ?? '', message);
    });
  }

  test('are taken when there is nothing wrong with them, known keys without a value too', () => {
    const { signal } = new AbortController();
    const full = {
      timeoutMs: 5,
      signal,
      progressToken: 1,
      onProgress() {},
      meta: {},
      requestId: 'a',
    };
    const empty = Object.fromEntries(Object.keys(full).map((key) => [key, undefined]));
    for (const options of [{}, full, empty, { timeoutMs: Infinity }, { signal: foreignSignal() }]) {
      assert.equal(objectionTo('shop', options), undefined);
    }
  });

  test('say that the call was cancelled before it was made', () => {
    const objection = objectionTo('shop', { signal: AbortSignal.abort('why') });
    assert.equal(objection?.code, 'ERR_CANCELLED');
    assert.equal(objection?.cause, 'why');
  });
});

describe('A call with options that are none', () => {
  let pair: GuestPair;
  beforeEach(() => {
    pair = createGuestPair();
    heldReplies.length = 0;
  });

  test('leaves an inline service as it was', async () => {
    const { service, wheel } = await startService({ methods: { later: async () => 'done' } });
    for (const [, options] of MISTAKES) {
      const call = service.call('later', {}, options as CallOptions);
      await assert.rejects(call, { code: 'ERR_INVALID_OPTION' });
    }
    assert.equal(service.stats().errorCount, MISTAKES.length);
    assert.equal(service.stats().inFlight, 0);
    assert.equal(await service.call('later'), 'done');
    assert.equal(wheel.size, 0);
  });

  test('leaves a service elsewhere as it was, each call of a batch too', async () => {
    const service = await pair.start();
    for (const [, options] of MISTAKES) {
      const call = service.call('echo', {}, options as CallOptions);
      await assert.rejects(call, { code: 'ERR_INVALID_OPTION' });
      const replies = await service.callMany('echo', [1, 2], options as CallOptions);
      assert.deepEqual(
        replies.map((reply) => (reply as { code?: string }).code),
        ['ERR_INVALID_OPTION', 'ERR_INVALID_OPTION'],
      );
    }
    assert.equal(service.unanswered, 0);
    assert.equal(pair.toGuest.openCalls, 0);
    assert.equal(pair.wheel.size, 0);
  });

  test('is refused behind a policy as without one', async () => {
    const transport = new NativeTransport({
      policy: { rules: [{ effect: 'allow', callers: ['*'] }] },
    });
    const { service } = await startService({ methods: { later: async () => 'done' } });
    transport.register('echo', service);
    for (const [, options] of MISTAKES) {
      const call = transport.call('echo', 'later', {}, options as CallOptions);
      await assert.rejects(call, { code: 'ERR_INVALID_OPTION' });
    }
  });
});

/** As of another realm: no instance of this one's class. */
function foreignSignal(): AbortSignal {
  return { aborted: false, addEventListener() {} } as unknown as AbortSignal;
}
