/** A service that gives back what it gets, to see what a payload costs on its way there and back. */

import { defineService, type ServiceDefinition } from '../../src/runtime/index.ts';

const text = { type: 'string' };
const bytes = { type: 'string', contentEncoding: 'base64' };
/** Rows are not looked at one by one, here or on the way: the sweep measures transport, not checks. */
const rows = { type: 'array' };

function takes(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties) };
}

export function payloadService(): ServiceDefinition {
  return defineService({
    name: 'payload',
    tools: {
      echo_text: {
        description: 'Gives back the text',
        inputSchema: takes({ text }),
        handler: (args: { text: string }) => ({ content: [{ type: 'text', text: args.text }] }),
      },
      echo_bytes: {
        description: 'Gives back the bytes, as an embedded resource',
        inputSchema: takes({ bytes }),
        handler({ bytes: given }: { bytes: Uint8Array | string }) {
          const blob = typeof given === 'string' ? Buffer.from(given, 'base64') : given;
          return { content: [{ type: 'resource', resource: { uri: 'payload://bytes', blob } }] };
        },
      },
      echo_rows: {
        description: 'Gives back the rows, as structured content',
        inputSchema: takes({ rows }),
        handler: (args: { rows: readonly object[] }) => ({
          content: [],
          structuredContent: { rows: args.rows },
        }),
      },
    },
  }) as ServiceDefinition;
}
