/**
 * Why a module could not be loaded, with its place. V8 knows where a module breaks the syntax, but of one that
 * is imported by `import()` Node tells only what is wrong; `node --check` tells the line, too.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ToolrigError } from './errors.ts';

const TIME_LIMIT_MS = 5_000;

/**
 * The message of what `import()` has thrown, and the place in a file of an error that is not a checked one.
 *
 * @param module - a `file:` URL
 */
export function describeLoadFailure(cause: unknown, module: string): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause instanceof ToolrigError) return cause.message;
  if ('code' in cause && cause.code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return 'this Node runs JavaScript only: build it first, and give the path of what was built';
  }
  const path = module.startsWith('file:') ? fileURLToPath(module) : module;
  if (cause.message.startsWith(`Cannot find module '${path}'`)) return 'there is no such file';
  const known = /file:\/\/[^\s)]+:\d+/.exec(cause.stack ?? '')?.[0];
  const place = known === undefined ? undefined : fileURLToPath(known);
  const found = place ?? (cause instanceof SyntaxError ? syntaxPlace(path) : undefined);
  return `${cause.message}${found === undefined ? '' : ` (at ${found})`}`;
}

/** `<path>:<line>`, or `undefined` when the file itself is well-formed, as when one that it imports is not. */
function syntaxPlace(path: string): string | undefined {
  const options = { encoding: 'utf8', timeout: TIME_LIMIT_MS } as const;
  const { stderr } = spawnSync(process.execPath, ['--check', path], options);
  const line = /:(\d+)$/.exec(stderr?.split('\n')[0] ?? '')?.[1];
  return line === undefined ? undefined : `${path}:${line}`;
}
