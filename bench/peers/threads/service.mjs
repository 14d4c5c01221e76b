/** The tools of `tools.mjs` as a service, which any isolate can load; and buffers, sent back. */

import { createHash } from 'node:crypto';
import { defineService } from '../../../dist/src/runtime/index.js';
import { add, burn, cpu } from './tools.mjs';

const NUMBER = { type: 'number' };
const INTEGER = { type: 'integer' };

/** @type {(properties: Record<string, object>) => object} */
const objectOf = (properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

export const service = defineService({
  name: 'bench',
  tools: {
    add: {
      description: 'Add two numbers',
      inputSchema: objectOf({ a: NUMBER, b: NUMBER }),
      handler: add,
    },
    burn: {
      description: 'Hash for a while',
      inputSchema: objectOf({ seed: INTEGER, blocks: INTEGER }),
      handler: burn,
    },
    cpu: { description: 'CPU time used', inputSchema: objectOf({}), handler: cpu },
  },
  methods: {
    echo: (/** @type {{ readonly buffer: ArrayBuffer }} */ params) => params,
    digest: (/** @type {{ readonly buffer: ArrayBuffer }} */ { buffer }) => ({
      sha256: createHash('sha256').update(new Uint8Array(buffer)).digest('hex'),
      buffer,
    }),
  },
});
