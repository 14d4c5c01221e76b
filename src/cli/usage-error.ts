/** Makes yargs' complaints name the nearest thing that exists, and where to look. */

import type { Argv } from 'yargs';
import { ToolrigError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

interface WithOptions {
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
}

/** The error for a complaint of yargs about the command line. */
export function usageError(message: string, command: Argv): ToolrigError {
  const known = Object.keys((command as unknown as WithOptions).getOptions().key);
  const unknown = /^Unknown arguments?: (.+)$/m.exec(message)?.[1]?.split(', ') ?? [];
  const hints = unknown.flatMap((name) => {
    const found = nearest(name, known);
    return found === undefined ? [] : ` Did you mean --${found}?`;
  });
  return new ToolrigError('ERR_USAGE', `${message}.${hints.join('')} See toolrig --help.`);
}
