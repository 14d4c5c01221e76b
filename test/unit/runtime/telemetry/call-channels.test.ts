import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, mock, test } from 'node:test';
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
  },
  methods: { later: async () => 'later' },
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
    const heard = await listen(['start', 'stop', 'error'], () =>
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

  test('publish its error with what the caller received', async () => {
    const transport = new NativeTransport();
    await transport.start(SERVICE);
    let received: unknown;
    const heard = await listen(['start', 'stop', 'error'], () =>
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
        ['error', 'nothing', undefined],
      ],
    );
    assert.equal(heard[1]?.event.error, received);
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
