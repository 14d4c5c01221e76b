/** Reading what other programs wrote: every complaint says in which file, and where. */

import { messageOf, ToolrigError } from '../../core/errors.ts';

/** @param place - `line 3`, or a path such as `metrics.http_reqs` */
export function unusable(file: string, place: string, what: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', `${file} cannot be used: ${place}: ${what}`);
}

/**
 * The JSON value of a text.
 *
 * @throws ToolrigError `ERR_USAGE` with the line
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = messageOf(cause);
    const line = text.slice(0, placeIn(text, message)).split('\n').length;
    throw new ToolrigError(
      'ERR_USAGE',
      `${file} cannot be used: line ${line}: it is not JSON: ${message}`,
      { cause },
    );
  }
}

/** Where the parser stopped: V8 says the position, or shows the text around it, or means the end. */
function placeIn(text: string, message: string): number {
  const position = /position (\d+)/.exec(message);
  if (position !== null) return Number(position[1]);
  // Unexpected token 'o', ..."a": oops, "b""... is not valid JSON
  const around = /, (?:\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message)?.[1];
  const at = around === undefined ? -1 : text.indexOf(around);
  return at === -1 ? text.length : at + Math.floor((around?.length ?? 0) / 2);
}

/** What is at `path` in a JSON value; `undefined` when there is nothing. */
export function lookUp(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A number >= 0 at `path`; `undefined` when there is nothing. */
export function figureAt(
  value: unknown,
  path: readonly string[],
  file: string,
): number | undefined {
  const found = lookUp(value, path);
  if (found === undefined || found === null) return undefined;
  if (typeof found === 'number' && Number.isFinite(found) && found >= 0) return found;
  throw unusable(file, path.join('.'), `must be a number >= 0, got ${JSON.stringify(found)}`);
}

/** A number >= 0 that has to be there. */
export function requireFigure(value: unknown, path: readonly string[], file: string): number {
  const figure = figureAt(value, path, file);
  if (figure !== undefined) return figure;
  throw unusable(file, path.join('.'), 'is missing');
}
