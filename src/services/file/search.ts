/**
 * Searching: paths that match a glob, and within those files lines that contain a text.
 *
 * Everything is bounded: the entries looked at, the bytes read of a file, the matches returned and
 * the preview of a line. What was left out is counted in the result, never silently dropped.
 */

import { ToolError } from '../../core/errors.ts';
import type { BaseDirectory } from './base-directory.ts';
import { compileGlob } from './glob.ts';
import { isText, readBytes } from './read-file.ts';
import { reportRefusals } from './system-error.ts';
import { type WalkTally, walkFiles } from './walk.ts';

const MAX_PREVIEW_CHARS = 200;

export interface SearchRequest {
  /** Glob for paths relative to the base. */
  readonly pattern: string;
  /** Text that a line must contain, exactly. Default: paths are matched alone. */
  readonly text?: string;
  /** Directory to begin at. Default: the base. */
  readonly path?: string;
  /** Most matches returned. Default: 100. */
  readonly limit?: number;
}

interface SearchMatch {
  readonly path: string;
  /** Counts from 1; only with `text`. */
  readonly line?: number;
  /** The line, at most 200 characters around the text; only with `text`. */
  readonly preview?: string;
}

export interface SearchResult {
  readonly matches: readonly SearchMatch[];
  /** More may match: the limit of matches or of entries was reached. */
  readonly truncated: boolean;
  /** Files not searched for the text, being binary, too large or unreadable; and directories that could not be read. */
  readonly skipped: number;
}

export interface SearchLimits {
  /** Larger files are not searched for text. */
  readonly maxFileBytes: number;
  /** Entries of directories that are looked at. */
  readonly maxEntries: number;
}

/** @throws `ToolError` for a path or pattern that is refused; the signal's reason */
export async function searchFiles(
  base: BaseDirectory,
  request: SearchRequest,
  limits: SearchLimits,
  signal: AbortSignal,
): Promise<SearchResult> {
  const { pattern, text, path = '.', limit = 100 } = request;
  const matchesPath = compileGlob(pattern);
  const start = await reportRefusals('search', path, () => base.locate(path));
  const tally: WalkTally = { entriesLeft: limits.maxEntries, unreadable: 0 };
  const matches: SearchMatch[] = [];
  let skippedFiles = 0;
  for await (const found of walkFiles(start, tally, signal)) {
    if (!matchesPath(found)) continue;
    if (text === undefined) {
      matches.push({ path: found });
    } else {
      const content = await readText(base, found, limits.maxFileBytes);
      if (content === undefined) skippedFiles++;
      else matches.push(...matchingLines(found, content, text, limit + 1 - matches.length));
    }
    if (matches.length > limit) break;
  }
  const truncated = matches.length > limit || tally.entriesLeft === 0;
  return {
    matches: matches.slice(0, limit),
    truncated,
    skipped: skippedFiles + tally.unreadable,
  };
}

/** `undefined` for a file that cannot be searched. */
async function readText(
  base: BaseDirectory,
  path: string,
  maxBytes: number,
): Promise<string | undefined> {
  try {
    const { bytes } = await readBytes(base, path, {}, maxBytes);
    if (!isText(bytes)) return undefined;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  } catch (error) {
    if (error instanceof ToolError) return undefined; // gone meanwhile, not allowed, too large
    throw error;
  }
}

/** The first `limit` lines that contain `text`, one match a line. */
export function matchingLines(
  path: string,
  content: string,
  text: string,
  limit: number,
): SearchMatch[] {
  const matches: SearchMatch[] = [];
  let line = 1;
  let counted = 0; // line breaks before this are in `line`
  let at = content.indexOf(text);
  while (at !== -1 && matches.length < limit) {
    for (let next = content.indexOf('\n', counted); next !== -1 && next < at; ) {
      line++;
      counted = next + 1;
      next = content.indexOf('\n', counted);
    }
    const lineEnd = content.indexOf('\n', at);
    const end = lineEnd === -1 ? content.length : lineEnd;
    matches.push({ path, line, preview: preview(content, counted, end, at) });
    at = lineEnd === -1 ? -1 : content.indexOf(text, lineEnd + 1);
  }
  return matches;
}

function preview(content: string, lineStart: number, lineEnd: number, at: number): string {
  const start = lineEnd - lineStart <= MAX_PREVIEW_CHARS ? lineStart : Math.max(lineStart, at - 40);
  return content.slice(start, Math.min(lineEnd, start + MAX_PREVIEW_CHARS)).replace(/\r$/, '');
}
