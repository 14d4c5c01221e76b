/**
 * What a native call says beside its params, as `_meta` of a request, and its reply where MCP has
 * no shape for it.
 *
 * - The SDK's client replaces a request's `progressToken` by a number of its own, and drops what
 *   arrives for a token it did not make. The caller's token therefore travels under a key of ours;
 *   a foreign client's `progressToken` is passed to the service as it is.
 * - A JSON-RPC result must be an object; a method of a service's own may reply with anything.
 */

/** Key of a request's `_meta` with the caller's own progress token, or `null` for none. */
const TOKEN_KEY = 'toolrig/progressToken';
/** Key of a result's `_meta`: the reply is the member `value`, absent for `undefined`. */
const BARE_KEY = 'toolrig/bare';

export type ProgressToken = string | number;
/** `_meta` of a request or a result. */
export type Meta = Readonly<Record<string, unknown>>;

/** `_meta` of the request for a call; `undefined` when there is nothing to say. */
export function requestMeta(
  inParams: Meta | undefined,
  meta: Meta | undefined,
  progressToken: ProgressToken | undefined,
  wantsProgress: boolean,
): Meta | undefined {
  if (inParams === undefined && meta === undefined && progressToken === undefined) {
    return wantsProgress ? { [TOKEN_KEY]: null } : undefined;
  }
  const { progressToken: inMeta, ...rest } = { ...inParams, ...meta };
  const token = progressToken ?? inMeta;
  return token === undefined && !wantsProgress ? rest : { ...rest, [TOKEN_KEY]: token ?? null };
}

/** The token that the service sees: the caller's own, or a foreign client's. */
export function tokenOf(meta: Meta): ProgressToken | undefined {
  const token = meta[TOKEN_KEY] === undefined ? meta['progressToken'] : meta[TOKEN_KEY];
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

/** `params` as they were before they were sent: `_meta` without what is the wire's. */
export function paramsWithoutWireMeta(params: object | undefined, meta: Meta): object {
  const { [TOKEN_KEY]: _own, progressToken: _wire, ...rest } = meta;
  const { _meta, ...others } = params as { _meta?: unknown };
  return Object.keys(rest).length === 0 ? others : { ...others, _meta: rest };
}

/** Whether `_meta` has something that is the wire's, not the caller's. */
export function hasWireMeta(meta: Meta): boolean {
  return meta['progressToken'] !== undefined || meta[TOKEN_KEY] !== undefined;
}

/** A reply as a JSON-RPC result. */
export function resultOf(reply: unknown): Record<string, unknown> {
  if (typeof reply === 'object' && reply !== null && !Array.isArray(reply)) {
    return reply as Record<string, unknown>;
  }
  return { value: reply, _meta: { [BARE_KEY]: true } };
}

/** The reply that a JSON-RPC result stands for. */
export function replyOf(result: unknown): unknown {
  const { value, _meta } = result as { value?: unknown; _meta?: Meta };
  return _meta?.[BARE_KEY] === true ? value : result;
}
