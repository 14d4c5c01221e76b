/** Somebody who calls one server: through the SDK's client, or without it. */

import type { CallOptions } from '../runtime/index.ts';

export interface Caller {
  /** Name of the service, as its server announced it. */
  readonly service: string;
  /** Resolves with the reply, or rejects with a `ToolrigError`. */
  call(
    method: string,
    params?: unknown,
    options?: Pick<CallOptions, 'timeoutMs'>,
  ): Promise<unknown>;
  /** Closes the connection. Idempotent. */
  close(): Promise<void>;
}
