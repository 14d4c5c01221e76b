/**
 * Frees what the SDK's HTTP server keeps of a cancelled request.
 *
 * A cancelled request is never answered, and the SDK ends a request's SSE stream with its answer:
 * each call that ran into its deadline would hold a socket, a keep-alive timer and two map entries
 * for as long as its session lives, and the SDK walks one of those maps with every reply.
 */

import type { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';

/** Call before a server connects: it keeps a listener that is already there, and calls it first. */
export function releaseCancelledRequests(transport: NodeStreamableHTTPServerTransport): void {
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an SDK transport is no EventTarget
  transport.onmessage = (message) => {
    const id = cancelledRequestOf(message);
    // Afterwards, so that the handler's signal has aborted and it answers no more.
    if (id !== undefined) setImmediate(() => release(transport, id));
  };
}

function cancelledRequestOf(message: JSONRPCMessage): RequestId | undefined {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return undefined;
  const id = message.params?.['requestId'];
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

function release(transport: NodeStreamableHTTPServerTransport, id: RequestId): void {
  transport.closeSSEStream(id);
  // With its stream gone an answer reaches nobody; it makes the SDK forget the request.
  const answer = { jsonrpc: '2.0' as const, id, error: { code: -32603, message: 'cancelled' } };
  transport.send(answer).catch(() => {}); // it had been answered: there is nothing to forget
}
