/** A service reference whose answer to `ping` is set by the test; nothing runs behind it. */

import { ToolrigError } from '../../src/core/errors.ts';
import { createCounters } from '../../src/runtime/dispatch/service-counters.ts';
import type {
  ServiceReference,
  ServiceStatus,
} from '../../src/runtime/dispatch/service-reference.ts';

/** How it takes the next ping: `busy` answers others while this one waits in vain. */
export type PingScript =
  | 'well'
  | 'mute'
  | 'busy'
  | 'dies'
  | 'refuses'
  | 'starting'
  | 'stopping'
  | (() => Promise<unknown>);

export class ScriptedReference implements ServiceReference {
  readonly name: string;
  readonly placement = 'inline';
  readonly where = 'nowhere';
  readonly exited = new Promise<unknown>(() => {});
  /** What it was called with. */
  readonly calls: { method: string; timeoutMs: number | undefined }[] = [];
  script: PingScript = 'well';
  status: ServiceStatus = 'running';
  declare copies?: readonly ScriptedReference[];
  #requestCount = 0;

  constructor(name: string) {
    this.name = name;
  }

  async call(method: string, _params?: unknown, options?: { readonly timeoutMs?: number }) {
    this.calls.push({ method, timeoutMs: options?.timeoutMs });
    const { script } = this;
    if (typeof script === 'function') return script();
    this.status = script === 'starting' || script === 'stopping' ? script : 'running';
    if (script === 'well') return {};
    if (script === 'busy') this.#requestCount++;
    if (script === 'dies') throw new ToolrigError('ERR_SERVICE_EXIT', 'it ended');
    if (script === 'refuses') throw new ToolrigError('ERR_INVALID_REQUEST', 'no such method');
    throw new ToolrigError('ERR_TIMEOUT', 'no answer');
  }

  callMany(): Promise<unknown[]> {
    throw new Error('not used');
  }

  notify(): void {}

  async stop(): Promise<void> {}

  kill(): void {}

  onLeave(): void {}

  stats() {
    return {
      ...createCounters(),
      requestCount: this.#requestCount,
      startedAt: '',
      uptimeSeconds: 0,
      mailboxLength: 0,
      inFlight: 0,
    };
  }
}
