import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createGuestPair, type GuestPair } from '../../../helpers/guest-pair.ts';
import { heldReplies } from '../../../helpers/puppet-service.ts';
import { pastDeadline } from '../../../helpers/start-service.ts';

const indexes = (length: number) => Array.from({ length }, (_, index) => ({ index }));
const codeOf = (reply: unknown) => (reply as { code?: string }).code ?? 'answered';

describe('RemoteBatch', () => {
  let pair: GuestPair;
  beforeEach(() => {
    pair = createGuestPair();
    heldReplies.length = 0;
  });

  function assertNothingLeft(): void {
    assert.equal(pair.toGuest.openCalls, 0, 'open calls of the host');
    assert.equal(pair.toHost.openCalls, 0, 'open calls of the guest');
    assert.equal(pair.wheel.size, 0, 'deadlines');
    const ids = Array.from({ length: 1_000 }, () => pair.connection.takeCall().id);
    assert.equal(new Set(ids).size, 1_000);
    assert.equal(Math.max(...ids), 999);
  }

  test('travels in few frames, and its replies too', async () => {
    const service = await pair.start();
    const replies = service.callMany('echo', indexes(400));
    assert.equal(pair.toGuest.size, 1 + 7); // the number of the method, and 64 calls each
    assert.equal(service.unanswered, 400);
    pair.deliverToGuest();
    assert.equal(pair.toHost.size, 7);
    await pair.pump();
    assert.deepEqual(await replies, indexes(400));
    assert.equal(service.unanswered, 0);
    assert.equal(service.stats().requestCount, 400);
    assertNothingLeft();
  });

  test('sends fewer large calls together', async () => {
    const service = await pair.start();
    const params = Array.from({ length: 400 }, (_, index) => `${index}${'x'.repeat(1_600)}`);
    const replies = service.callMany('echo', params);
    assert.equal(pair.toGuest.size, 1 + 1 + Math.ceil(336 / 20));
    await pair.pump();
    assert.deepEqual(await replies, params);
    assertNothingLeft();
  });

  test('has each failure in its place, and counts replies and failures', async () => {
    const service = await pair.start();
    const params = indexes(70);
    const replies = service.callMany('mixed', params);
    await pair.pump();
    while (heldReplies.length > 0) {
      for (const held of heldReplies.splice(0).toReversed()) held.resolve(held.params);
      await pair.pump();
    }
    const expected = { 5: 'ERR_FORBIDDEN', 6: 'ERR_INVALID_PARAMS' } as Record<number, string>;
    for (const [index, reply] of (await replies).entries()) {
      const code = expected[index % 7];
      if (code === undefined) assert.deepEqual(reply, params[index]);
      else assert.equal(codeOf(reply), code);
    }
    const { requestCount, errorCount } = service.stats();
    assert.deepEqual({ requestCount, errorCount }, { requestCount: 50, errorCount: 20 });
    assertNothingLeft();
  });

  test('has the replies of those that were answered, when others take too long', async () => {
    const service = await pair.start({ concurrency: 100 });
    const replies = service.callMany('mixed', indexes(11), { timeoutMs: 10 });
    await pair.pump();
    pair.clock.advance(pastDeadline(10));
    assert.deepEqual((await replies).map(codeOf), [
      'answered',
      'answered',
      'answered',
      'ERR_TIMEOUT',
      'answered',
      'ERR_FORBIDDEN',
      'ERR_INVALID_PARAMS',
      'answered',
      'answered',
      'answered',
      'ERR_TIMEOUT',
    ]);
    const { timeoutCount, errorCount, requestCount } = service.stats();
    assert.deepEqual([timeoutCount, errorCount, requestCount], [2, 4, 7]);
    assert.equal(service.unanswered, 2);
    await pair.pump();
    assert.equal(service.unanswered, 0, 'the guest gave the calls up');
    for (const held of heldReplies) held.resolve('late');
    await pair.pump();
    assertNothingLeft();
  });

  test('sends by itself what keeps its chunk from leaving', async () => {
    const service = await pair.start();
    const params: unknown[] = indexes(40);
    params[3] = { callback: () => 1 };
    const replies = service.callMany('echo', params);
    await pair.pump();
    for (const [index, reply] of (await replies).entries()) {
      if (index === 3) assert.match(String(reply), /params\.callback is a function/);
      else assert.deepEqual(reply, params[index]);
    }
    assert.equal(service.unanswered, 0);
    const { requestCount, errorCount } = service.stats();
    assert.deepEqual({ requestCount, errorCount }, { requestCount: 39, errorCount: 1 });
    assertNothingLeft();
  });

  test('says of each call that its service has ended', async () => {
    const service = await pair.start({ concurrency: 2 });
    const replies = service.callMany('hold', indexes(600));
    await pair.pump();
    heldReplies[1]?.resolve('in time');
    await pair.pump();
    service.kill('enough');
    await pair.pump();
    const [first, second, ...rest] = (await replies).map(codeOf);
    assert.deepEqual([first, second], ['ERR_SERVICE_EXIT', 'answered']);
    assert.deepEqual(new Set(rest), new Set(['ERR_SERVICE_EXIT']));
    const { requestCount, errorCount } = service.stats();
    assert.deepEqual({ requestCount, errorCount }, { requestCount: 1, errorCount: 599 });
    assertNothingLeft();
  });

  test('hears the last replies of a service that stops, before its end', async () => {
    const service = await pair.start();
    const replies = service.callMany('hold', indexes(2));
    await pair.pump();
    const stopped = service.stop();
    pair.deliverToGuest();
    for (const held of heldReplies) held.resolve(held.params);
    await pair.pump();
    await stopped;
    assert.deepEqual(await replies, indexes(2));
    assertNothingLeft();
  });

  test('fits a mailbox of any size, also while its answers trickle in', async () => {
    for (const maxMailbox of [0, 1, 20, 150]) {
      const service = await pair.start({ concurrency: 2, maxMailbox });
      const replies = service.callMany('hold', indexes(200));
      await pair.pump();
      for (let held = heldReplies.shift(); held !== undefined; held = heldReplies.shift()) {
        held.resolve(held.params);
        await pair.pump();
      }
      assert.deepEqual(await replies, indexes(200));
      assert.equal(service.stats().overloadCount, 0);
    }
    assertNothingLeft();
  });

  test('takes the room that others have left in the mailbox', async () => {
    const service = await pair.start({ concurrency: 1, maxMailbox: 9 });
    const holding = Array.from({ length: 7 }, () => service.call('hold'));
    const replies = service.callMany('echo', indexes(30));
    assert.equal(service.unanswered, 10);
    await pair.pump();
    for (let held = heldReplies.shift(); held !== undefined; held = heldReplies.shift()) {
      held.resolve(0);
      await pair.pump();
    }
    assert.deepEqual(await replies, indexes(30));
    await Promise.all(holding);
    assertNothingLeft();
  });

  test('answers each call once when a getter of its params ends the service', async () => {
    const service = await pair.start();
    const params: unknown[] = indexes(40);
    const callback = () => 1;
    params[20] = {
      get trap() {
        service.kill('from a getter');
        return callback;
      },
    };
    const replies = service.callMany('echo', params);
    await pair.pump();
    assert.deepEqual(new Set((await replies).map(codeOf)), new Set(['ERR_SERVICE_EXIT']));
    assert.equal(service.stats().errorCount, 40);
    assertNothingLeft();
  });
});
