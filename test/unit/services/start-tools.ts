/** A service on a transport of its own, called by tool. */

import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  NativeTransport,
  type ServiceDefinition,
  type ToolResult,
} from '../../../src/runtime/index.ts';

export async function startTools<TState>(definition: ServiceDefinition<TState>) {
  const transport = new NativeTransport();
  const reference = await transport.start(definition);
  const request = (method: string, params: unknown) =>
    transport.call(definition.name, method, params);
  const call = async (name: string, args: unknown) =>
    (await request('tools/call', { name, arguments: args })) as ToolResult;
  return {
    reference,
    request,
    call,
    /** The structured result of a call that must succeed. */
    result: async <T = Record<string, unknown>>(name: string, args: unknown): Promise<T> => {
      const reply = await call(name, args);
      assert.notEqual(reply.isError, true, textOf(reply));
      return reply.structuredContent as T;
    },
    /** The message of a call that must end in a tool error, and leave the service alive. */
    failure: async (name: string, args: unknown): Promise<string> => {
      const reply = await call(name, args);
      assert.equal(reply.isError, true, `${name} succeeded: ${textOf(reply)}`);
      assert.equal(reference.status, 'running');
      return textOf(reply);
    },
  };
}

export function textOf(reply: ToolResult): string {
  const [content] = reply.content;
  return content?.type === 'text' ? content.text : '';
}

/** Runs `work` with a directory that is gone afterwards. */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'toolrig-')));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
