/** Where `status` and `call` look for the application. */

import { ToolrigError } from '../../core/errors.ts';
// The file, not the runtime's public entry: a question to an application need not load a runtime.
import { DEFAULT_PORT } from '../../runtime/config/default-port.ts';

const MAX_PORT = 65_535;

/**
 * The port of a flag, else of `TOOLRIG_PORT`, else the default of `serve`.
 *
 * @throws `ERR_USAGE` when `TOOLRIG_PORT` is none
 */
export function portOf(
  flag: number | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): number {
  const written = environment.TOOLRIG_PORT;
  if (flag !== undefined) return flag;
  if (written === undefined || written === '') return DEFAULT_PORT;
  const port = /^\d+$/.test(written) ? Number(written) : Number.NaN;
  if (port >= 1 && port <= MAX_PORT) return port;
  throw new ToolrigError(
    'ERR_USAGE',
    `TOOLRIG_PORT must be a port from 1 to ${MAX_PORT} to find an application at, got '${written}'`,
  );
}
