/**
 * The client's end of stdio to a child process that is already running.
 *
 * The SDK's `StdioClientTransport` spawns its process itself and leaves no room for the IPC channel
 * that the harness asks for CPU and memory. This one does the same with the same parts (`ReadBuffer`,
 * `serializeMessage`, its limit of 10 MiB a message), and differs in two things:
 *
 * - senders that meet a full pipe share one `drain` listener, where the SDK adds one for each and
 *   Node warns of a leak beyond ten;
 * - after a notification the next message waits for a microtask. The SDK handles notifications in
 *   one but replies at once, so a last progress step that came in the same chunk as its reply would
 *   be lost.
 *
 * Closing ends the child's stdin, at which a server ends itself; one that lingers is its host's to kill.
 */

import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import {
  type JSONRPCMessage,
  ReadBuffer,
  SdkError,
  SdkErrorCode,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';

const SENT = Promise.resolve();

export class ChildStdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;

  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #stdout: Readable;
  readonly #buffer = new ReadBuffer();
  readonly #deliver = (): void => this.#deliverBuffered();
  #isClosed = false;
  /** Shared by every sender that met a full pipe. */
  #drained: Promise<void> | undefined;

  /** @param child - running, with pipes for stdin and stdout that nobody else uses */
  constructor(child: ChildProcess, stdin: Writable, stdout: Readable) {
    this.#child = child;
    this.#stdin = stdin;
    this.#stdout = stdout;
  }

  async start(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) throw notConnected();
    this.#child.once('close', () => this.#end());
    this.#stdin.on('error', (error) => this.onerror?.(error));
    this.#stdout.on('error', (error) => this.onerror?.(error));
    this.#stdout.on('data', (chunk: Buffer) => {
      try {
        this.#buffer.append(chunk);
        this.#deliverBuffered();
      } catch (error) {
        this.onerror?.(error as Error); // a message over the limit: nothing after it can be read
        void this.close();
      }
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed || !this.#stdin.writable) return Promise.reject(notConnected());
    if (this.#stdin.write(serializeMessage(message))) return SENT;
    this.#drained ??= new Promise((resolve) => {
      this.#stdin.once('drain', () => {
        this.#drained = undefined;
        resolve();
      });
    });
    return this.#drained;
  }

  async close(): Promise<void> {
    this.#stdin.end();
    this.#end();
  }

  #deliverBuffered(): void {
    for (;;) {
      let message: JSONRPCMessage | null;
      try {
        message = this.#buffer.readMessage();
      } catch (error) {
        this.onerror?.(error as Error); // a line of JSON that is no message: a stray print
        continue;
      }
      if (message === null) return;
      this.onmessage?.(message);
      if ('method' in message && !('id' in message)) {
        queueMicrotask(this.#deliver);
        return;
      }
    }
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#buffer.clear();
    this.onclose?.();
  }
}

function notConnected(): SdkError {
  return new SdkError(SdkErrorCode.NotConnected, 'The child process is not running');
}
