/** An HTTP server for this machine alone, with limits that keep one client from using up all of it. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ToolrigError } from '../../core/errors.ts';

export interface LoopbackServer {
  readonly port: number;
  /** Takes no more connections and ends those that are idle; resolves when all have ended. */
  close(): Promise<void>;
}

export const HOST = '127.0.0.1';
const MAX_HEADER_BYTES = 8_192;
const MAX_CONNECTIONS = 256;
/** To send the request in; the answer may take as long as it needs. */
const REQUEST_TIMEOUT_MS = 10_000;
const CLOSE_LIMIT_MS = 1_000;

/**
 * Listens on loopback.
 *
 * @param port - 0 for any that is free
 * @param answer - answers every request, and never rejects
 * @throws `ERR_TARGET` when the port is taken or may not be used
 */
export async function startLoopbackServer(
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<LoopbackServer> {
  const http = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    void answer(request, response);
  });
  http.maxConnections = MAX_CONNECTIONS;
  http.headersTimeout = REQUEST_TIMEOUT_MS;
  http.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(port, error)));
    http.listen(port, HOST, resolve);
  });
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      if (!http.listening) return;
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeIdleConnections();
      // Somebody who is slow to read an answer must not keep an application from ending.
      const limit = setTimeout(() => http.closeAllConnections(), CLOSE_LIMIT_MS);
      await closed;
      clearTimeout(limit);
    },
  };
}

function cannotListen(port: number, error: NodeJS.ErrnoException): ToolrigError {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'the port is taken: stop what listens there, or choose another with --port (0 for any)'
      : error.message;
  return new ToolrigError('ERR_TARGET', `cannot listen on ${HOST}:${port}: ${reason}`, {
    cause: error,
  });
}
