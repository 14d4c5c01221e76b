/**
 * The file service: reads, writes, lists and searches the files below one directory.
 *
 * Bytes travel as `Uint8Array` and text as strings: nothing is encoded on the native path. A path
 * that is not allowed, a file that is not there and whatever the file system refuses are tool
 * errors naming the path relative to the base; the service lives on. It waits for the disk, so it
 * handles several requests at a time; writes of one file are atomic and the last one wins.
 */

import { lstat } from 'node:fs/promises';
import { requireInteger, requireKnownKeys, requireName } from '../../core/options.ts';
import {
  type CallContext,
  defineService,
  type ServiceDefinition,
  type ToolResult,
} from '../../runtime/index.ts';
import { BaseDirectory } from './base-directory.ts';
import { FILE_INFO, LIST_DIRECTORY, READ_FILE, SEARCH, WRITE_FILE } from './file-schemas.ts';
import { type ByteRange, readBytes, textOf } from './read-file.ts';
import { listResources, mimeTypeOf, readResource } from './resources.ts';
import { type SearchRequest, searchFiles } from './search.ts';
import { reportRefusals } from './system-error.ts';
import { listEntries } from './walk.ts';
import { type WriteRequest, writeContent } from './write-file.ts';

export interface FileServiceOptions {
  /** The directory that is served; it must exist when the service starts. */
  readonly basePath: string;
  /** Most bytes read or written by one call. Default: 16,777,216 (16 MiB). */
  readonly maxFileBytes?: number;
  /** Most directory entries that one search or resource list looks at. Default: 100,000. */
  readonly maxSearchEntries?: number;
  /** Requests handled at the same time. Default: 16. */
  readonly concurrency?: number;
  /** Requests that may wait before the next is refused with `ERR_OVERLOADED`. Default: the runtime's. */
  readonly maxMailbox?: number;
}

type FileContext = CallContext<BaseDirectory>;

interface ReadRequest extends ByteRange {
  readonly path: string;
  readonly encoding?: 'utf8' | 'bytes';
}

const READS = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };
const WRITES = { readOnlyHint: false, destructiveHint: true, idempotentHint: true };

/**
 * The service `file`: `list_directory`, `read_file`, `write_file`, `file_info` and `search`, and
 * the same files as resources.
 *
 * @throws `ERR_INVALID_OPTION` for an unknown or impossible option; at its start, as the cause of
 *   `ERR_SERVICE_EXIT`, when `basePath` is no directory
 */
export function fileService(options: FileServiceOptions): ServiceDefinition<BaseDirectory> {
  requireKnownKeys('options', options, [
    'basePath',
    'maxFileBytes',
    'maxSearchEntries',
    'concurrency',
    'maxMailbox',
  ]);
  const { maxFileBytes = 16 * 1024 * 1024, maxSearchEntries = 100_000, concurrency = 16 } = options;
  const basePath = requireName('basePath', options.basePath);
  requireInteger('maxFileBytes', maxFileBytes, 1);
  requireInteger('maxSearchEntries', maxSearchEntries, 1);
  const limits = { maxFileBytes, maxEntries: maxSearchEntries };
  return defineService<BaseDirectory>({
    name: 'file',
    concurrency,
    ...(options.maxMailbox === undefined ? {} : { maxMailbox: options.maxMailbox }),
    init: () => BaseDirectory.open(basePath),
    tools: {
      list_directory: {
        description: 'List the entries of a directory, sorted by name',
        inputSchema: LIST_DIRECTORY.input,
        outputSchema: LIST_DIRECTORY.output,
        annotations: READS,
        handler: listDirectory,
      },
      read_file: {
        description: 'Read a file, or a range of it, as text or as bytes',
        inputSchema: READ_FILE.input,
        outputSchema: READ_FILE.output,
        annotations: READS,
        handler: (request: ReadRequest, context: FileContext) =>
          readFile(request, context.state, maxFileBytes),
      },
      write_file: {
        description: 'Create or replace a file as a whole, in a directory that exists',
        inputSchema: WRITE_FILE.input,
        outputSchema: WRITE_FILE.output,
        annotations: WRITES,
        handler: (request: WriteRequest, context: FileContext) =>
          writeFile(request, context, maxFileBytes),
      },
      file_info: {
        description: 'Tell type, size and time of change of a file or directory',
        inputSchema: FILE_INFO.input,
        outputSchema: FILE_INFO.output,
        annotations: READS,
        handler: fileInfo,
      },
      search: {
        description: 'Find files whose path matches a glob, and lines in them that contain a text',
        inputSchema: SEARCH.input,
        outputSchema: SEARCH.output,
        annotations: READS,
        handler: async (request: SearchRequest, context: FileContext): Promise<ToolResult> => {
          const result = await searchFiles(context.state, request, limits, context.signal);
          const lines = result.matches.map(({ path, line, preview }) =>
            line === undefined ? path : `${path}:${line}: ${preview}`,
          );
          return {
            content: [{ type: 'text', text: lines.join('\n') || 'no matches' }],
            structuredContent: result,
          };
        },
      },
    },
    resources: {
      list: (context) => listResources(context.state, maxSearchEntries, context.signal),
      read: (uri, context) => readResource(context.state, uri, maxFileBytes),
    },
  });
}

async function listDirectory(
  request: { readonly path?: string; readonly limit?: number },
  context: FileContext,
): Promise<ToolResult> {
  const { path = '.', limit = 1_000 } = request;
  const base = context.state;
  const { location, found } = await reportRefusals('list', path, async () => {
    const directory = await base.locate(path);
    return { location: directory, found: await listEntries(directory) };
  });
  const entries = found.slice(0, limit);
  const lines = entries.map(({ name, type }) => (type === 'directory' ? `${name}/` : name));
  return {
    content: [{ type: 'text', text: lines.join('\n') }],
    structuredContent: { path: location.path, entries, truncated: found.length > limit },
  };
}

async function readFile(
  request: ReadRequest,
  base: BaseDirectory,
  maxBytes: number,
): Promise<ToolResult> {
  const slice = await readBytes(base, request.path, request, maxBytes);
  const { path, sizeBytes, offset, bytes } = slice;
  if (request.encoding === 'bytes') {
    const resource = { uri: base.uriOf(path), mimeType: mimeTypeOf(path), blob: bytes };
    return {
      content: [{ type: 'resource', resource }],
      structuredContent: { path, sizeBytes, offset, lengthBytes: bytes.length },
    };
  }
  const whole = textOf(slice);
  return {
    content: [{ type: 'text', text: whole.text }],
    structuredContent: { path, sizeBytes, offset, lengthBytes: whole.slice.bytes.length },
  };
}

async function writeFile(
  request: WriteRequest,
  { state, signal }: FileContext,
  maxBytes: number,
): Promise<ToolResult> {
  const written = await writeContent(state, request, maxBytes, signal);
  return {
    content: [{ type: 'text', text: `wrote ${written.sizeBytes} bytes to ${written.path}` }],
    structuredContent: written,
  };
}

async function fileInfo(
  request: { readonly path: string },
  context: FileContext,
): Promise<ToolResult> {
  const base = context.state;
  return reportRefusals('look at', request.path, async () => {
    const { path, realPath } = await base.locate(request.path);
    const stats = await lstat(realPath);
    const type = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
    const modifiedAt = stats.mtime.toISOString();
    return {
      content: [
        { type: 'text', text: `${path}: ${type}, ${stats.size} bytes, changed ${modifiedAt}` },
      ],
      structuredContent: {
        path,
        uri: base.uriOf(path),
        type,
        sizeBytes: stats.size,
        modifiedAt,
        ...(type === 'file' ? { mimeType: mimeTypeOf(path) } : {}),
      },
    };
  });
}
