/** What `toolrig call` does: one call to a running application, its reply as JSON. */

import { readFileSync } from 'node:fs';
import { messageOf, ToolrigError } from '../core/errors.ts';
import { complain } from './complaint.ts';
import { EXIT } from './exit-codes.ts';
import { parseJsonArgument } from './json-argument.ts';
import { portOf } from './serving/port.ts';
import { postCall } from './serving/status-client.ts';
import { stdout } from './streams.ts';

/** The arguments and flags, checked one by one. */
export interface CallFlags {
  readonly service: string;
  readonly method: string;
  readonly json?: string;
  readonly port?: number;
  readonly timeout: number;
}

/**
 * Prints the reply and sets the exit code; a failed call is a message on stderr.
 *
 * @throws `ERR_USAGE` for parameters that are no JSON, `ERR_TARGET` when nothing is served there
 */
export async function call({ service, method, json, port, timeout }: CallFlags): Promise<void> {
  const reply = await postCall(portOf(port, process.env), {
    service,
    method,
    params: json === undefined ? undefined : await parseJsonArgument('the parameters', json),
    timeoutMs: Math.ceil(timeout),
    adminToken: adminToken(),
  });
  if ('error' in reply) {
    const { code, message } = reply.error;
    complain(`${code === undefined ? '' : `${code}: `}${message}`);
    process.exitCode = EXIT.failed;
    return;
  }
  stdout(`${JSON.stringify(reply.result, null, 2)}\n`);
  const isError = (reply.result as { isError?: unknown } | null)?.isError === true;
  process.exitCode = isError ? EXIT.failed : EXIT.pass;
}

function adminToken(): string | undefined {
  const { TOOLRIG_ADMIN_TOKEN: token, TOOLRIG_ADMIN_TOKEN_FILE: file } = process.env;
  if (token || !file) return token || undefined;
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new ToolrigError(
      'ERR_USAGE',
      `TOOLRIG_ADMIN_TOKEN_FILE cannot be read: ${messageOf(cause)}`,
      { cause },
    );
  }
}
