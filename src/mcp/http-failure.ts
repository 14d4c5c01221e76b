/** What it means for a call over HTTP that no reply came: which code, and why, in words. */

import { SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import type { CallErrorCode } from '../core/errors.ts';

/** Why there is no reply. */
export interface Loss {
  readonly code: CallErrorCode;
  /** What became of the service, as far as the call is concerned. */
  readonly outcome: 'ended' | 'did not reply' | 'refused the call';
  readonly reason: string;
}

/** As much of a body as one line shows. */
const MAX_TEXT = 200;
/** Statuses by which a server refuses; with any other it does not serve. */
const REFUSALS: Readonly<Record<number, CallErrorCode>> = {
  401: 'ERR_FORBIDDEN',
  403: 'ERR_FORBIDDEN',
  429: 'ERR_OVERLOADED',
  503: 'ERR_OVERLOADED',
};

/** That the service is gone. */
export function endOf(reason: string): Loss {
  return { code: 'ERR_SERVICE_EXIT', outcome: 'ended', reason };
}

/** What it means to be answered with a status that is no success. */
export function lossOfStatus(status: number, statusText: string, body: string): Loss {
  const text = oneLine(body);
  const reason = `HTTP ${status} ${statusText}`.trim() + (text === '' ? '' : `: ${text}`);
  const code = REFUSALS[status];
  return code === undefined ? noReply(reason) : { code, outcome: 'refused the call', reason };
}

/** The meaning of what the SDK's HTTP transport threw; `undefined` for what it throws when it was closed. */
export function httpLossOf(thrown: unknown): Loss | undefined {
  if (thrown instanceof SdkHttpError) {
    const { status, statusText = '' } = thrown;
    const { text } = thrown.data;
    return lossOfStatus(status, statusText, typeof text === 'string' ? text : '');
  }
  if (thrown instanceof SdkError) {
    if (thrown.code !== SdkErrorCode.ClientHttpUnexpectedContent) return undefined;
    return noReply(`it answers neither JSON nor events: ${oneLine(thrown.message)}`);
  }
  if (thrown instanceof SyntaxError) return noReply(`its reply is no JSON: ${thrown.message}`);
  // What Node's fetch throws says nothing; its cause does, which for a name of several addresses has a code alone.
  const cause = (thrown as { readonly cause?: unknown } | null)?.cause;
  if (cause instanceof Error) {
    const { code } = cause as NodeJS.ErrnoException;
    return noReply(cause.message === '' ? String(code) : oneLine(cause.message));
  }
  // The SDK checks what it is given by a schema, whose complaints are longer than the message.
  if ((thrown as { readonly name?: unknown } | null)?.name === 'ZodError') {
    return noReply('its reply is no JSON-RPC message');
  }
  return undefined;
}

/** That something came which is no reply, or nothing: the service is as good as gone. */
export function noReply(reason: string): Loss {
  return { code: 'ERR_SERVICE_EXIT', outcome: 'did not reply', reason };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
}
