/**
 * Glob patterns for paths: `*`, `?`, `**`, `[abc]` and `{a,b}`, by picomatch.
 *
 * A pattern comes from a caller and becomes a regular expression that backtracks, so what can make
 * it explode is limited: no groups, few wildcards. Within these limits a match takes milliseconds
 * at worst, on a name made for the purpose.
 */

import picomatch from 'picomatch';
import { ToolError } from '../../core/errors.ts';

const MAX_PATTERN_CHARS = 256;
const MAX_STARS_PER_SEGMENT = 3;
const MAX_GLOBSTARS = 2;
const MAX_STARS = 8;
const MAX_BRACES = 3;

/**
 * Compiles a pattern to a test of paths separated by `/`. Names that begin with a dot match too.
 *
 * @throws `ToolError` for a pattern that is malformed or beyond the limits
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const refuse = (why: string, cause?: unknown) =>
    new ToolError(`the pattern '${pattern.slice(0, MAX_PATTERN_CHARS)}' ${why}`, { cause });
  if (pattern.length === 0) throw refuse('is empty; ** matches every path');
  if (pattern.length > MAX_PATTERN_CHARS) {
    throw refuse(`is longer than ${MAX_PATTERN_CHARS} characters`);
  }
  if (/[()]/.test(pattern)) throw refuse('has parentheses; use {a,b} for alternatives');
  const limits: [string, number, number][] = [
    ['wildcards (*)', countMatches(pattern, /\*+/g), MAX_STARS],
    ['wildcards (*) between slashes', maxStarsPerSegment(pattern), MAX_STARS_PER_SEGMENT],
    ['**', countMatches(pattern, /\*\*/g), MAX_GLOBSTARS],
    ['alternatives ({…})', countMatches(pattern, /\{/g), MAX_BRACES],
  ];
  for (const [what, found, allowed] of limits) {
    if (found > allowed) throw refuse(`has ${found} ${what}; at most ${allowed} are allowed`);
  }
  try {
    return picomatch(pattern, {
      dot: true,
      noextglob: true,
      nonegate: true,
      regex: false,
      strictBrackets: true,
      windows: false,
    });
  } catch (cause) {
    if (cause instanceof SyntaxError) throw refuse(`is malformed: ${cause.message}`, cause);
    throw cause;
  }
}

function countMatches(text: string, expression: RegExp): number {
  return text.match(expression)?.length ?? 0;
}

function maxStarsPerSegment(pattern: string): number {
  return Math.max(...pattern.split('/').map((segment) => countMatches(segment, /\*+/g)));
}
