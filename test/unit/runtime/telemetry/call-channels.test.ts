import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, mock, test } from 'node:test';
import { ToolError } from '../../../../src/core/errors.ts';
import type { CallContext } from '../../../../src/runtime/dispatch/call-context.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import type { CallEvent } from '../../../../src/runtime/telemetry/call-channels.ts';
import { settle } from '../../../helpers/event-loop.ts';

const SERVICE = defineService({
  name: 'echo',
  tools: {
    look: {
      description: 'Looks.',
      inputSchema: { type: 'object' },
      handler: () => ({ content: [] }),
    },
    fail: {
      description: 'Fails.',
      inputSchema: { type: 'object' },
      handler: () => {
        throw new ToolError('cannot');
      },
    },
  },
  methods: {
    later: async () => 'later',
    looksFailed: () => ({ isError: true }),
    meta: (_params: unknown, { meta }) => meta,
  },
});

type Published = { readonly channel: string; readonly event: CallEvent };

/** Runs `body` with subscribers on the named channels, and gives back what they heard. */
async function listen(channels: string[], body: () => Promise<unknown>): Promise<Published[]> {
  const heard: Published[] = [];
  const listeners = channels.map((channel) => {
    const listener = (event: unknown) => heard.push({ channel, event: event as CallEvent });
    subscribe(`mcp.service.call.${channel}`, listener);
    return { channel, listener };
  });
  try {
    await body();
    await settle();
  } finally {
    for (const { channel, listener } of listeners) {
      unsubscribe(`mcp.service.call.${channel}`, listener);
    }
  }
  return heard;
}

describe('The diagnostics channels of a call', () => {
  test('publish its start and its stop, as one event', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    const heard = await listen(['start', 'stop', 'exception'], () =>
      transport.call('echo', 'tools/call', { name: 'look', arguments: {} }),
    );
    assert.deepEqual(
      heard.map(({ channel }) => channel),
      ['start', 'stop'],
    );
    const [start, stop] = heard;
    assert.equal(start?.event, stop?.event);
    assert.deepEqual(
      [start?.event.service, start?.event.method, start?.event.tool],
      ['echo', 'tools/call', 'look'],
    );
    assert.ok((stop?.event.durationNs ?? 0) > 0);
  });

  test('publish its exception with what the caller received', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    let received: unknown;
    const heard = await listen(['start', 'stop', 'exception'], () =>
      transport
        .service('echo')
        .call('nothing')
        .catch((error: unknown) => {
          received = error;
        }),
    );
    assert.deepEqual(
      heard.map(({ channel, event }) => [channel, event.method, event.tool]),
      [
        ['start', 'nothing', undefined],
        ['exception', 'nothing', undefined],
      ],
    );
    assert.equal(heard[1]?.event.error, received);
    assert.equal(heard[1]?.event.errorType, 'ERR_INVALID_REQUEST');
  });

  test('tag a result with isError as a tool error that is a success of the call', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    const heard = await listen(['stop', 'exception'], async () => {
      await transport.call('echo', 'tools/call', { name: 'fail' });
      await transport.call('echo', 'tools/call', { name: 'look' });
      await transport.call('echo', 'looksFailed');
    });
    assert.deepEqual(
      heard.map(({ channel, event }) => [channel, event.errorType, event.error]),
      [
        ['stop', 'tool_error', undefined],
        ['stop', undefined, undefined],
        ['stop', undefined, undefined],
      ],
    );
  });

  test('publish the call of a name that nobody has', async () => {
    const transport = new NativeTransport();
    const heard = await listen(['start', 'exception'], async () => {
      const params = { name: 'look' };
      await transport.call('nobody', 'tools/call', params).catch(() => {});
      await transport
        .service('nobody')
        .call('ping')
        .catch(() => {});
    });
    assert.deepEqual(
      heard.map(({ channel, event }) => [channel, event.service, event.tool]),
      [
        ['start', 'nobody', 'look'],
        ['exception', 'nobody', 'look'],
        ['start', 'nobody', undefined],
        ['exception', 'nobody', undefined],
      ],
    );
    assert.equal(heard[3]?.event.errorType, 'ERR_SERVICE_NOT_FOUND');
  });

  test('carry the meta that the handler sees', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    let seen: unknown;
    const heard = await listen(['stop'], async () => {
      const params = { _meta: { a: 1, b: 1 } };
      seen = await transport.call('echo', 'meta', params, { meta: { b: 2 } });
    });
    assert.deepEqual(heard[0]?.event.meta, { a: 1, b: 2 });
    assert.deepEqual(seen, { a: 1, b: 2 });
  });

  test('say who called, with which params and under which id', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    const params = { a: 1 };
    const heard = await listen(['start'], async () => {
      await transport.as({ id: 'ada' }).call('echo', 'later', params, { requestId: 'r1' });
      await transport.call('echo', 'later');
    });
    const [named, unnamed] = heard.map(({ event }) => event);
    assert.deepEqual([named?.caller, named?.requestId], ['ada', 'r1']);
    assert.equal(named?.params, params);
    assert.equal(unnamed?.caller, undefined);
    assert.match(unnamed?.requestId ?? '', /^[0-9a-f]{12}-[0-9a-z]+$/);
  });

  test('give the handler the id that they were told', async () => {
    const transport = new NativeTransport();
    await transport.start(
      defineService({
        name: 'ids',
        methods: { own: (_params: unknown, context: CallContext) => context.requestId },
      }),
    );
    let id: unknown;
    const heard = await listen(['start'], async () => {
      id = await transport.call('ids', 'own');
    });
    assert.equal(heard[0]?.event.requestId, id);
  });

  test('cost nothing while nobody listens', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    const now = mock.method(performance, 'now');
    try {
      await transport.call('echo', 'tools/call', { name: 'look' });
      assert.equal(now.mock.callCount(), 0);
    } finally {
      now.mock.restore();
    }
  });

  test('reach one who listens to the stop alone', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    const heard = await listen(['stop'], () => transport.call('echo', 'later'));
    assert.deepEqual(
      heard.map(({ event }) => event.method),
      ['later'],
    );
  });
});
