/** A call that is to have a line in the audit log: what is known before it, kept until it has ended. */

import type { Clock } from '../../../core/clock.ts';
import { ToolrigError } from '../../../core/errors.ts';
import type { AuditLog } from '../../telemetry/audit-log.ts';
import { requestIdOf } from '../call-context.ts';
import type { GatedCall } from './gated-call.ts';

export class AuditedCall {
  readonly requestId: string;
  readonly #call: GatedCall;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #args: string;
  readonly #startedAtWallMs: number;
  readonly #startedAtMs: number;

  constructor(call: GatedCall, audit: AuditLog, clock: Clock) {
    const { method, params, options } = call;
    this.requestId = requestIdOf(options);
    this.#call = call;
    this.#audit = audit;
    this.#clock = clock;
    // Now: once it is sent, what it holds belongs to the service.
    this.#args = audit.describe(
      method === 'tools/call'
        ? (params as { arguments?: unknown } | null | undefined)?.arguments
        : params,
    );
    this.#startedAtWallMs = clock.wallMs();
    this.#startedAtMs = clock.nowMs();
  }

  /** Writes the line; this or {@link AuditedCall.fail} is to be called once. */
  end(outcome: string): void {
    const { caller, service, method, tool } = this.#call;
    this.#audit.record({
      caller: caller.id,
      service,
      method,
      tool,
      requestId: this.requestId,
      outcome,
      startedAtWallMs: this.#startedAtWallMs,
      startedAtMs: this.#startedAtMs,
      durationNs: Math.round((this.#clock.nowMs() - this.#startedAtMs) * 1e6),
      args: this.#args,
    });
  }

  /** Writes the line of a call that was refused or failed. */
  fail(error: unknown): void {
    if (!(error instanceof ToolrigError)) this.end('threw');
    else this.end(error.code === 'ERR_FORBIDDEN' ? 'denied' : error.code);
  }
}
