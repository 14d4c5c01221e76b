/** What a server says of its tools, and whether arguments fit one: to be told before a call is made, with the field. */

import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { messageOf, ToolrigError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Caller } from './caller.ts';

/** As much of a listed tool as is looked at. */
export interface ListedTool {
  readonly name: string;
  /** JSON Schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** A listing that does not end is not asked to the end. */
const MAX_PAGES = 100;

/**
 * The tool of that name.
 *
 * @throws `ERR_USAGE` when the server has none, with the nearest; `ERR_TARGET` when it does not say what it has
 */
export async function requireTool(caller: Caller, name: string): Promise<ListedTool> {
  const names: string[] = [];
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? {} : { cursor };
    // oxlint-disable-next-line no-await-in-loop -- each page says where the next begins
    const reply = await pageOf(caller, params);
    const { tools } = reply;
    const found = tools.find((tool) => tool.name === name);
    if (found !== undefined) return found;
    names.push(...tools.map((tool) => tool.name));
    cursor = reply.nextCursor;
    if (cursor === undefined) break;
  }
  const there = names.length === 0 ? ' It has none.' : didYouMean(name, names);
  throw new ToolrigError('ERR_USAGE', `'${caller.service}' has no tool '${name}'.${there}`);
}

async function pageOf(
  caller: Caller,
  params: object,
): Promise<{ readonly tools: ListedTool[]; readonly nextCursor?: unknown }> {
  const failed = (why: string, cause?: unknown) =>
    new ToolrigError('ERR_TARGET', `'${caller.service}' does not list its tools: ${why}`, {
      cause,
    });
  const reply = await caller.call('tools/list', params).catch((cause: unknown) => {
    throw failed(messageOf(cause), cause);
  });
  const { tools, nextCursor } = (reply ?? {}) as { tools?: unknown; nextCursor?: unknown };
  if (!Array.isArray(tools)) throw failed('there are none in its reply');
  return { tools: tools as ListedTool[], nextCursor };
}

/**
 * Why arguments do not fit a tool's schema, with the field; `undefined` when they do. A schema that cannot be used
 * is the server's own affair: what it thinks of the arguments, it will say when it is called.
 */
export function misfitOf({ inputSchema }: ListedTool, given: object): string | undefined {
  return unknownArgument(inputSchema, given) ?? schemaMisfit(inputSchema, given);
}

/** A validator says that there is something more than allowed, but not what. */
function unknownArgument(schema: ListedTool['inputSchema'], given: object): string | undefined {
  const { properties, additionalProperties } = schema;
  if (additionalProperties !== false || typeof properties !== 'object') return undefined;
  const known = Object.keys(properties ?? {});
  const stray = Object.keys(given).find((key) => !known.includes(key));
  return stray === undefined
    ? undefined
    : `there is no argument '${stray}'.${didYouMean(stray, known)}`;
}

function schemaMisfit(schema: ListedTool['inputSchema'], given: object): string | undefined {
  let result: { readonly valid: boolean; readonly errorMessage?: string | undefined };
  try {
    result = new AjvJsonSchemaValidator().getValidator(schema)(given);
  } catch {
    return undefined;
  }
  if (result.valid) return undefined;
  // Ajv names what it looks at `data`.
  return (result.errorMessage ?? 'they do not fit').replaceAll(/\bdata(?=[/ ])/g, 'arguments');
}
