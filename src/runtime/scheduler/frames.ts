/**
 * What a host and the guest that hosts services for it say to each other, over whatever link.
 *
 *   host ─ start ▶ guest          The host numbers services and calls. A call has one answer, `reply`
 *   host ─ route ▶ guest          or `error`, however it ends; its number is used again only then.
 *   host ─ call ─▶ guest          A route is a number for a service and a method, said once.
 *   host ◀ reply ─ guest
 */

import { inspect } from 'node:util';
import type { ErrorCode } from '../../core/errors.ts';

/** Frames that the host sends. */
export const HOST_FRAME = {
  /** `id`: a call; value: {@link StartRequest}. Answered with {@link StartReply}. */
  start: 1,
  /** `route`: a new number; value: [service number, method]. */
  route: 2,
  /** value: params. */
  call: 3,
  /** A call with options; value: {@link RichCall}. */
  richCall: 4,
  /**
   * `id`: the call, `route`: the service's number; nobody waits for its answer any more. value: the
   * time that was allowed, in ms, or a text that says why.
   */
  abandon: 5,
  /** value: {@link StopRequest}. Answered by `exited`. */
  stop: 6,
  /** `route`: the service's number. Answered by `exited`, if the guest can still listen. */
  kill: 7,
  /** `id`: a call. Answered with {@link GuestUsage}. */
  usage: 8,
  /**
   * `id`: a chunk, `route`: as for a call; value: params of each of its calls. Each call is answered
   * by itself or among others; `abandon` is for all that have not been.
   */
  callMany: 9,
} as const;

/** Frames that the guest sends. */
export const GUEST_FRAME = {
  /** `id`: the call; value: the reply. `route`: which call of a chunk, else 0. */
  reply: 1,
  /** `id`: the call; value: {@link WireError}. `route`: which call of a chunk, else 0. */
  error: 2,
  /** `id`: the call; value: `Progress`. */
  progress: 3,
  /** `route`: the service's number; it takes no more requests. value: {@link WireReason}. */
  left: 4,
  /** `route`: the service's number; it has ended. value: {@link WireReason}. */
  exited: 5,
  /** `route`: the service's number; value: [level, fields, message]. */
  log: 6,
  /** `id`: a chunk, `route`: which of its calls is the first; value: replies of it and those behind it. */
  replies: 7,
} as const;

export interface StartRequest {
  /** Number of the service, given by the host. */
  readonly service: number;
  readonly name: string;
  readonly module: string;
  readonly export: string | undefined;
  readonly args: readonly unknown[] | undefined;
  /** Whether anybody reads what it logs. */
  readonly isLogged: boolean;
}

export interface StartReply {
  /** Requests that it takes before it refuses: `concurrency` and `maxMailbox` of its definition. */
  readonly concurrency: number;
  readonly maxMailbox: number;
}

export interface RichCall {
  readonly service: number;
  readonly method: string;
  readonly params: unknown;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  readonly requestId: string | undefined;
  readonly progressToken: string | number | undefined;
  readonly wantsProgress: boolean;
}

export interface StopRequest {
  readonly service: number;
  readonly timeoutMs: number;
}

/** What the process of a guest has used. */
export interface GuestUsage {
  /** User and system time since its start, in ns. */
  readonly cpuNs: number;
  readonly rssBytes: number;
}

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data: unknown;
}

/** Why a service ended: an error in parts, or any plain value. */
export type WireReason =
  | { readonly error: { readonly name: string; readonly message: string; readonly stack: string } }
  | { readonly value: unknown };

/** A reason in a form that can leave its isolate. */
export function toWireReason(reason: unknown): WireReason {
  if (reason instanceof Error) {
    const { name, message, stack } = reason;
    return { error: { name: toText(name), message: toText(message), stack: toText(stack) } };
  }
  const isPlain = reason === null || ['string', 'number', 'boolean'].includes(typeof reason);
  return { value: isPlain ? reason : inspect(reason) };
}

/** Whoever threw an error may have put anything into it. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value);
}

/** The reason again; an error keeps its name, message and stack, not its class. */
export function fromWireReason(reason: WireReason): unknown {
  if (!('error' in reason)) return reason.value;
  const { name, message, stack } = reason.error;
  const error = new Error(message);
  error.name = name;
  error.stack = stack;
  return error;
}
