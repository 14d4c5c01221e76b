/**
 * The files of a base directory as MCP resources: `file:` URIs of what the tools can reach.
 *
 * A resource that is UTF-8 without a NUL is read as text, anything else as a blob, whatever its
 * name says; the media type is the name's. The list stops at {@link MAX_LISTED_RESOURCES}: larger
 * trees are for `search` and `list_directory`.
 */

import { lookup as mediaTypeOf } from 'mrmime';
import { ToolError, ToolrigError } from '../../core/errors.ts';
import type { ResourceContents, ResourceDescriptor } from '../../runtime/index.ts';
import type { BaseDirectory } from './base-directory.ts';
import { isText, readBytes } from './read-file.ts';
import { walkFiles } from './walk.ts';

/** Most entries of `resources/list`. */
const MAX_LISTED_RESOURCES = 1_000;

/** Media type by the ending of a name: `text/csv`, or `application/octet-stream` when unknown. */
export function mimeTypeOf(path: string): string {
  return mediaTypeOf(path) ?? 'application/octet-stream';
}

export async function listResources(
  base: BaseDirectory,
  maxEntries: number,
  signal: AbortSignal,
): Promise<ResourceDescriptor[]> {
  const resources: ResourceDescriptor[] = [];
  const tally = { entriesLeft: maxEntries, unreadable: 0 };
  const root = { path: '.', realPath: base.root };
  for await (const path of walkFiles(root, tally, signal)) {
    resources.push({ uri: base.uriOf(path), name: path, mimeType: mimeTypeOf(path) });
    if (resources.length === MAX_LISTED_RESOURCES) break;
  }
  return resources;
}

/** @throws `ERR_INVALID_PARAMS` when the URI names nothing that can be read here */
export async function readResource(
  base: BaseDirectory,
  uri: string,
  maxBytes: number,
): Promise<ResourceContents[]> {
  try {
    const { bytes, path } = await readBytes(base, base.pathOf(uri), {}, maxBytes);
    const mimeType = mimeTypeOf(path);
    if (!isText(bytes)) return [{ uri, mimeType, blob: bytes }];
    return [{ uri, mimeType, text: Buffer.from(bytes.buffer).toString('utf8') }];
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolrigError('ERR_INVALID_PARAMS', `no resource ${uri}: ${error.message}`, {
      cause: error,
      data: { uri },
    });
  }
}
