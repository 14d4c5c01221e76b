/**
 * Who may speak to the status server: programs of this machine, and no web page.
 *
 * A page in a browser can send requests to 127.0.0.1. By a name of its own that it lets resolve
 * there (DNS rebinding) it could read the answers as well, so the Host header must name loopback. To
 * make a service do something a request must also be one that no page can send without asking
 * first: its content type is JSON, it has no Origin, and nobody here answers a preflight.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** What is wrong with any request. */
export function refusalOf({ headers }: IncomingMessage): Refusal | undefined {
  if (LOOPBACK_HOST.test(headers.host ?? '')) return undefined;
  return { status: 403, message: 'the Host header must be 127.0.0.1 or localhost' };
}

/**
 * What is wrong with a request that calls a service.
 *
 * @param token - which it must show as `Authorization: Bearer …`; `undefined` for none
 */
export function callRefusalOf(
  { headers }: IncomingMessage,
  token: string | undefined,
): Refusal | undefined {
  if (headers.origin !== undefined) {
    return { status: 403, message: 'a web page may not call services' };
  }
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) {
    return { status: 415, message: 'the content type must be application/json' };
  }
  const { authorization } = headers;
  if (token !== undefined && !isSame(authorization ?? '', `Bearer ${token}`)) {
    const wrong = authorization === undefined ? '' : ', and that is another one';
    return {
      status: 401,
      message: `this application wants its admin token${wrong}: set TOOLRIG_ADMIN_TOKEN`,
    };
  }
  return undefined;
}

/** Takes as long for a wrong text as for the right one. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
