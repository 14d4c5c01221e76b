/**
 * The trace context of a call, as W3C Trace Context writes it and MCP carries it in `_meta`:
 * `traceparent` and `tracestate`. https://www.w3.org/TR/trace-context/
 *
 * Read here and not by the installed propagator, because MCP fixes the format whatever the
 * propagator of the process speaks.
 */

/** Where a call comes from, in another span, perhaps in another process. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  /** 1 when the caller records the trace. */
  readonly traceFlags: number;
  readonly traceState: string | undefined;
}

const PATTERN =
  /^(?<version>[\da-f]{2})-(?<traceId>[\da-f]{32})-(?<spanId>[\da-f]{16})-(?<flags>[\da-f]{2})(?<rest>-.*)?$/;
const NO_ID = /^0+$/;

/** The parent that `meta` names; `undefined` when there is none, or none that is well-formed. */
export function traceParentOf(
  meta: Readonly<Record<string, unknown>> | undefined,
): TraceParent | undefined {
  const traceparent = meta?.['traceparent'];
  if (typeof traceparent !== 'string') return undefined;
  const { version, traceId, spanId, flags, rest } = PATTERN.exec(traceparent)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  // A version to come may say more after the flags; this one may not, and ff is none.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (NO_ID.test(traceId) || NO_ID.test(spanId)) return undefined;
  const traceState = meta?.['tracestate'];
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    traceState: typeof traceState === 'string' ? traceState : undefined,
  };
}
