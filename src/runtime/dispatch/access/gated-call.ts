/** A call or a notification on its way through the gate, and how it is made safe to decide on. */

import type { CallOptions } from '../call-context.ts';
import type { Caller } from './identity.ts';

export interface GatedCall {
  readonly caller: Caller;
  /** Name that the service was started under, or that nobody has. */
  readonly service: string;
  readonly method: string;
  /** The tool of a `tools/call`. */
  readonly tool: string | undefined;
  readonly params: unknown;
  readonly options: CallOptions | undefined;
}

/**
 * Params of a `tools/call` as they are now: what is decided on is what the service will read, even
 * if they have getters or their owner changes them. Other methods are decided without their params.
 */
export function sealParams(method: unknown, params: unknown): unknown {
  if (method !== 'tools/call' || typeof params !== 'object' || params === null) return params;
  const { name, arguments: args } = params as { name?: unknown; arguments?: unknown };
  return { ...params, name, arguments: args };
}

/** The tool that a call names; `undefined` when it names none. */
export function toolOf(method: unknown, params: unknown): string | undefined {
  if (method !== 'tools/call') return undefined;
  const name = (params as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}
