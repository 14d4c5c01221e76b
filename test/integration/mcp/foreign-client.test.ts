/** A client that knows nothing of this project finds an ordinary MCP server. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, InMemoryTransport, ProtocolError } from '@modelcontextprotocol/client';
import { createSdkServer } from '../../../src/mcp/index.ts';
import { capabilitiesOf } from '../../../src/mcp/sdk-server.ts';
import { defineService, NativeTransport } from '../../../src/runtime/index.ts';
import { contractService } from '../../helpers/contract-service.ts';

/** The JSON-RPC number that a call fails with. */
async function numberOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ProtocolError ? error.code : error;
}

describe('an SDK client of a native service', () => {
  const transport = new NativeTransport();
  const client = new Client({ name: 'test', version: '1' });

  before(async () => {
    await transport.start(contractService());
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    await createSdkServer(transport, 'contract').connect(serverSide);
    await client.connect(clientSide);
  });

  after(async () => {
    await client.close();
    await transport.stop();
  });

  test('finds its name and what it can', () => {
    assert.equal(client.getServerVersion()?.name, 'contract');
    assert.deepEqual(client.getServerCapabilities(), { tools: {}, resources: {}, prompts: {} });
  });

  test('lists and calls tools', async () => {
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 'add'));
    const result = await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
    assert.deepEqual(result.structuredContent, { sum: 3 });
  });

  test('reads bytes as base64', async () => {
    const { contents } = await client.readResource({ uri: 'contract://blob' });
    assert.equal(Buffer.from((contents[0] as { blob: string }).blob, 'base64').length, 256);
  });

  test('gets prompts', async () => {
    const { messages } = await client.getPrompt({ name: 'greet', arguments: { who: 'you' } });
    assert.deepEqual(messages[0]?.content, { type: 'text', text: 'Hello, you!' });
  });

  test('hears progress', async () => {
    const steps: number[] = [];
    const onprogress = ({ progress }: { progress: number }) => void steps.push(progress);
    await client.callTool({ name: 'progress', arguments: { steps: 3 } }, { onprogress });
    assert.deepEqual(steps, [1, 2, 3]);
  });

  test('gets wrong arguments as a tool error that a model can read', async () => {
    const result = await client.callTool({ name: 'add', arguments: { a: 1 } });
    assert.equal(result.isError, true);
    assert.match((result.content[0] as { text: string }).text, /property 'b'/);
  });

  test('gets the numbers of the specification', async () => {
    assert.equal(await numberOf(client.callTool({ name: 'nothing' })), -32602);
    assert.equal(await numberOf(client.listResourceTemplates()), -32601);
    assert.equal(await numberOf(client.readResource({ uri: 'contract://nothing' })), -32602);
  });
});

test('a service announces resources and prompts only where it has them', () => {
  assert.deepEqual(capabilitiesOf(defineService({ name: 'bare' })), { tools: {} });
  assert.deepEqual(capabilitiesOf(contractService()), { tools: {}, resources: {}, prompts: {} });
});
