/**
 * Where a module breaks the syntax. V8 knows, but of a module that is imported by `import()` Node tells only
 * what is wrong; `node --check` tells the line, too.
 */

import { spawnSync } from 'node:child_process';

const TIME_LIMIT_MS = 5_000;

/** `<path>:<line>`, or `undefined` when the file itself is well-formed, as when one that it imports is not. */
export function syntaxPlace(path: string): string | undefined {
  const options = { encoding: 'utf8', timeout: TIME_LIMIT_MS } as const;
  const { stderr } = spawnSync(process.execPath, ['--check', path], options);
  const line = /:(\d+)$/.exec(stderr?.split('\n')[0] ?? '')?.[1];
  return line === undefined ? undefined : `${path}:${line}`;
}
