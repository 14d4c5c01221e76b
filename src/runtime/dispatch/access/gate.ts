/**
 * What stands before every call of a transport that has a policy or an audit log.
 *
 *   call ──▶ audit able to record? ──▶ policy ──▶ limits ──▶ service ──▶ slot back, line written
 *                    └──▶ refused         └──────────┴──▶ refused, line written
 *
 * A transport without either has no gate and pays nothing for this file. What a gate decides on it
 * also passes on: the tool's name is read once and sent as it was read, so that params which say one
 * thing now and another later gain nothing.
 */

import type { Clock } from '../../../core/clock.ts';
import type { ToolrigError } from '../../../core/errors.ts';
import type { AuditLog } from '../../telemetry/audit-log.ts';
import { type CallOptions, withRequestId } from '../call-context.ts';
import { auditUnavailable, callerOverloaded, forbidden } from '../call-errors.ts';
import { AccessPolicy } from './access-policy.ts';
import { AuditedCall } from './audited-call.ts';
import { CallerLimits, type Usage } from './caller-limits.ts';
import type { GatedCall } from './gated-call.ts';
import { type Caller, SYSTEM } from './identity.ts';
import { type PolicyData, parsePolicy } from './policy-data.ts';

type Send = (params: unknown, options: CallOptions | undefined) => Promise<unknown>;

export class Gate {
  readonly #policy: AccessPolicy | undefined;
  readonly #limits: CallerLimits | undefined;
  readonly #audit: AuditLog | undefined;
  readonly #clock: Clock;

  /** @throws `ERR_INVALID_OPTION` for a policy with mistakes, naming all of them */
  constructor(data: PolicyData | undefined, audit: AuditLog | undefined, clock: Clock) {
    const policy = data === undefined ? undefined : parsePolicy(data);
    this.#policy = policy === undefined ? undefined : new AccessPolicy(policy.rules);
    const limits = policy?.limits ?? [];
    this.#limits = limits.length === 0 ? undefined : new CallerLimits(limits, clock);
    this.#audit = audit;
    this.#clock = clock;
  }

  /** Whether what a method replies is cut down to what the caller may see. */
  isTrimming(method: string): boolean {
    return this.#policy !== undefined && (method === 'tools/list' || method === 'list_tools');
  }

  /** Whether `caller`'s calls need looking at by themselves, one by one. */
  isCounting(caller: Caller): boolean {
    return this.#audit !== undefined || this.#usageOf(caller) !== undefined;
  }

  /** Calls that `caller` may have in flight; `Infinity` when nothing limits them. */
  concurrencyOf(caller: Caller): number {
    return this.#usageOf(caller)?.limit.concurrency ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the policy has nothing against it. */
  allows({ caller, service, method, tool }: GatedCall): boolean {
    if (this.#policy === undefined || (caller as object) === SYSTEM) return true;
    return this.#policy.allows(caller, service, method, tool);
  }

  /** Lets a call through by `send`, or rejects with `ERR_FORBIDDEN` or `ERR_OVERLOADED`. */
  call(call: GatedCall, send: Send): Promise<unknown> {
    const audit = this.#audit;
    if (audit === undefined)
      return this.#trimmed(call, this.#checkedCall(call, call.options, send));
    if (audit.isRefusing) return Promise.reject(refusalOf(audit));
    return this.#trimmed(call, this.#auditedCall(call, audit, send));
  }

  /**
   * Lets a notification through by `send`. It takes from the rate; there is no reply whose arrival
   * could give a slot back.
   *
   * @throws `ERR_FORBIDDEN`, `ERR_OVERLOADED`, and what `send` throws
   */
  notify(call: GatedCall, send: () => void): void {
    const audit = this.#audit;
    if (audit?.isRefusing === true) throw refusalOf(audit);
    const line = audit === undefined ? undefined : new AuditedCall(call, audit, this.#clock);
    try {
      if (!this.allows(call)) throw forbiddenCall(call);
      const usage = this.#usageOf(call.caller);
      const refusal = usage === undefined ? undefined : this.#limits?.takeToken(usage);
      if (refusal !== undefined) throw callerOverloaded(call.caller.id, refusal);
      send();
    } catch (error) {
      line?.fail(error);
      throw error;
    }
    line?.end('sent');
  }

  #usageOf(caller: Caller): Usage | undefined {
    if (this.#limits === undefined || (caller as object) === SYSTEM) return undefined;
    return this.#limits.usageOf(caller);
  }

  #auditedCall(call: GatedCall, audit: AuditLog, send: Send): Promise<unknown> {
    const line = new AuditedCall(call, audit, this.#clock);
    const options = withRequestId(call.options, line.requestId);
    return this.#checkedCall(call, options, send).then(
      (reply) => {
        line.end(isToolError(call, reply) ? 'tool_error' : 'ok');
        return reply;
      },
      (error: unknown) => {
        line.fail(error);
        throw error;
      },
    );
  }

  #checkedCall(call: GatedCall, options: CallOptions | undefined, send: Send): Promise<unknown> {
    if (!this.allows(call)) return Promise.reject(forbiddenCall(call));
    const { caller, params } = call;
    const usage = this.#usageOf(caller);
    try {
      if (usage === undefined) return send(params, options);
      return this.#limitedCall(caller, usage, params, options, send);
    } catch (thrown) {
      return Promise.reject(thrown); // params or options with a getter that throws
    }
  }

  #limitedCall(
    caller: Caller,
    usage: Usage,
    params: unknown,
    options: CallOptions | undefined,
    send: Send,
  ): Promise<unknown> {
    const limits = this.#limits as CallerLimits; // there is usage
    const refusal = limits.acquire(usage);
    if (refusal !== undefined) return Promise.reject(callerOverloaded(caller.id, refusal));
    let reply: Promise<unknown>;
    try {
      reply = send(params, options);
    } catch (thrown) {
      limits.release(usage);
      throw thrown;
    }
    // Not finally(): it doubles what limits add to a call (bench/audit.bench.ts).
    return reply.then(
      (value) => {
        limits.release(usage);
        return value;
      },
      (error: unknown) => {
        limits.release(usage);
        throw error;
      },
    );
  }

  /** A list of tools without those that the caller may not call. */
  #trimmed({ caller, service, method }: GatedCall, reply: Promise<unknown>): Promise<unknown> {
    const policy = this.#policy;
    if (policy === undefined || !this.isTrimming(method)) return reply;
    if ((caller as object) === SYSTEM) return reply;
    return reply.then((list) => {
      const { tools } = list as { readonly tools: readonly { readonly name: string }[] };
      const mayCall = (tool: { readonly name: string }): boolean =>
        policy.allows(caller, service, 'tools/call', tool.name);
      return { ...(list as object), tools: tools.filter(mayCall) };
    });
  }
}

function forbiddenCall({ caller, service, method, tool }: GatedCall): ToolrigError {
  return forbidden(caller.id, service, method, tool);
}

function refusalOf(audit: AuditLog): ToolrigError {
  audit.countRefusal();
  return auditUnavailable(audit.retryMs);
}

function isToolError({ method }: GatedCall, reply: unknown): boolean {
  return method === 'tools/call' && (reply as { isError?: unknown } | null)?.isError === true;
}
