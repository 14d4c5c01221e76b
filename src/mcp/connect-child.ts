/** Callers for the services of a child process, and for servers that are reached likewise. */

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ToolrigError } from '../core/errors.ts';
import type { ChildHost } from './child-host.ts';
import { ChildStdioTransport } from './child-stdio-transport.ts';
import type { CommandHost } from './command-host.ts';
import { endOf, httpLossOf } from './http-failure.ts';
import { SdkCaller, type SdkCallerOptions } from './sdk-caller.ts';

/** How long the goodbye to a server may take, in ms: one that hangs would keep whoever leaves. */
const GOODBYE_MS = 1_000;

/**
 * Reaches the service of a child in mode `stdio`. A process has one such connection: closing the
 * caller ends the child, as closing the SDK's own stdio client does.
 *
 * @throws `ERR_TARGET` when the child is in another mode, or does not answer
 */
export async function connectStdio(
  host: ChildHost | CommandHost,
  options: Pick<SdkCallerOptions, 'timeoutMs' | 'timeoutHint'> = {},
): Promise<SdkCaller> {
  if (host.mode !== 'stdio') {
    throw new ToolrigError('ERR_TARGET', `the child serves ${host.mode}, not stdio`);
  }
  const { process: child } = host;
  return SdkCaller.connect(new ChildStdioTransport(child, child.stdin, child.stdout), {
    ...options,
    lossOf: () => endOf(host.describeExit()),
  });
}

/** Address of a service of a child in mode `http`. */
export function httpUrl(host: ChildHost, serviceName: string): URL {
  return new URL(`http://127.0.0.1:${host.port}/mcp/${encodeURIComponent(serviceName)}`);
}

/**
 * Reaches a service of a child in mode `http`, in a session of its own. Closing the caller ends the
 * session; the child lives on.
 *
 * @throws `ERR_TARGET` when the child is in another mode, or does not answer
 */
export async function connectHttp(host: ChildHost, serviceName: string): Promise<SdkCaller> {
  const ended = host.exited.then(() => host.describeExit());
  return connectHttpUrl(httpUrl(host, serviceName), ended);
}

/**
 * The same by its address, from any thread or process.
 *
 * Calls that are in flight together travel on sockets of their own, so they may arrive in another
 * order than they were made.
 *
 * @param ended - resolves with the reason when the server has ended
 * @throws `ERR_TARGET` when nobody answers there
 */
export async function connectHttpUrl(url: URL, ended: Promise<string>): Promise<SdkCaller> {
  const transport = new StreamableHTTPClientTransport(url, { fetch: fetchWithManyListeners });
  let endReason: string | undefined;
  const caller = await SdkCaller.connect(transport, {
    lossOf: (thrown) => (endReason === undefined ? httpLossOf(thrown) : endOf(endReason)),
    // Ends the session on the server, which would keep it until its process ends.
    beforeClose: async () => {
      if (endReason !== undefined) return;
      const goodbye = transport.terminateSession().catch(() => {});
      await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { ref: false })]);
    },
  });
  // The SDK does not notice a stream that ends without a reply: its call would wait for its deadline.
  void ended.then((reason) => {
    endReason = reason;
    return caller.close();
  });
  return caller;
}

/**
 * `fetch` without a warning about listeners. All requests of a client share one signal, and each leaves
 * a listener on it that goes with the request, when that is collected: at a low rate that is after
 * thousands, and Node takes 1,500 for a leak and says so at every request.
 */
export function fetchWithManyListeners(
  url: string | URL,
  init: RequestInit = {},
): Promise<Response> {
  if (init.signal != null) setMaxListeners(0, init.signal);
  return fetch(url, init);
}
