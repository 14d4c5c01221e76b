/**
 * A service that works, and that can be told to misbehave. Every tool gives back the number of its
 * call, so that each reply can be told from those of other calls.
 */

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { defineService, type ServiceDefinition } from '../../src/runtime/index.ts';
import { digestOf } from './digest.ts';
import { type GrowthKind, grow } from './growth.ts';

interface Numbered {
  readonly callNumber: number;
}

const callNumber = { type: 'integer' };

function takes(properties: Record<string, object>): object {
  const all = { ...properties, callNumber };
  return { type: 'object', properties: all, required: Object.keys(all) };
}

function reply(content: object): { content: []; structuredContent: object } {
  return { content: [], structuredContent: content };
}

export interface ChaosServiceOptions {
  /** Requests that may wait. Default: 10,000. */
  readonly maxMailbox?: number;
}

export function chaosService({ maxMailbox = 10_000 }: ChaosServiceOptions = {}): ServiceDefinition {
  return defineService({
    name: 'chaos',
    maxMailbox,
    tools: {
      echo: {
        description: 'Gives back the value',
        inputSchema: takes({ value: { type: 'integer' } }),
        handler: (args: Numbered & { value: number }) => reply(args),
      },
      echo_later: {
        description: 'Gives back the value, a turn of the event loop later',
        inputSchema: takes({ value: { type: 'integer' } }),
        async handler(args: Numbered & { value: number }) {
          await nextTurn();
          return reply(args);
        },
      },
      digest: {
        description: 'Digests the text again and again',
        inputSchema: takes({ text: { type: 'string' }, times: { type: 'integer', minimum: 1 } }),
        handler: (args: Numbered & { text: string; times: number }) =>
          reply({ callNumber: args.callNumber, digest: digestOf(args.text, args.times) }),
      },
      wait: {
        description: 'Replies after a while',
        inputSchema: takes({ waitMs: { type: 'number', minimum: 0 } }),
        async handler(args: Numbered & { waitMs: number }) {
          await sleep(args.waitMs);
          return reply(args);
        },
      },
      hang: {
        description: 'Never returns, nor lets its thread do anything else',
        inputSchema: takes({}),
        handler() {
          for (;;);
        },
      },
      grow: {
        description: 'Takes memory until there is none',
        inputSchema: takes({ kind: { type: 'string' } }),
        handler(args: Numbered & { kind: GrowthKind }) {
          grow(args.kind);
          return reply(args);
        },
      },
    },
  }) as ServiceDefinition;
}
