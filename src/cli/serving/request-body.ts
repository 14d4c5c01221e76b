/** The JSON body of a request, up to a limit. */

import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../core/errors.ts';
import type { Refusal } from './request-guard.ts';

/** Bytes of a call's parameters: the size up to which the file service reads and writes, and a bit. */
export const MAX_BODY_BYTES = 24 * 1024 * 1024;

/** The body as JSON, `undefined` when there is none, or why it is refused. */
export async function readJsonBody(
  request: IncomingMessage,
): Promise<{ readonly value: unknown } | Refusal> {
  const tooLarge = { status: 413, message: `the body may have ${MAX_BODY_BYTES} bytes` };
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return tooLarge;
    chunks.push(chunk);
  }
  if (length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch (error) {
    return { status: 400, message: `the body is no JSON: ${messageOf(error)}` };
  }
}
