/** Schemas of the file service's tools: what each takes and the structured result it gives. */

const path = {
  type: 'string',
  description: 'Path relative to the base directory, separated by /',
};
const sizeBytes = { type: 'integer', minimum: 0 };
const truncated = { type: 'boolean' };

function object(properties: Record<string, object>, required: readonly string[]): object {
  return { type: 'object', properties, required };
}

function args(properties: Record<string, object>, required: readonly string[] = []): object {
  return { ...object(properties, required), additionalProperties: false };
}

export const LIST_DIRECTORY = {
  input: args({ path, limit: { type: 'integer', minimum: 1, maximum: 10_000 } }),
  output: object(
    {
      path,
      entries: {
        type: 'array',
        items: object(
          {
            name: { type: 'string' },
            type: { enum: ['file', 'directory', 'symlink', 'other'] },
          },
          ['name', 'type'],
        ),
      },
      truncated,
    },
    ['path', 'entries', 'truncated'],
  ),
};

export const READ_FILE = {
  input: args(
    {
      path,
      encoding: { enum: ['utf8', 'bytes'], description: 'Default: utf8' },
      offset: { type: 'integer', minimum: 0, description: 'First byte. Default: 0' },
      length: { type: 'integer', minimum: 0, description: 'Bytes at most. Default: to the end' },
    },
    ['path'],
  ),
  output: object({ path, sizeBytes, offset: sizeBytes, lengthBytes: sizeBytes }, [
    'path',
    'sizeBytes',
    'offset',
    'lengthBytes',
  ]),
};

export const WRITE_FILE = {
  input: args(
    {
      path,
      text: { type: 'string', description: 'Content as text; give this or bytes' },
      bytes: {
        type: 'string',
        contentEncoding: 'base64',
        description: 'Content as bytes; give this or text',
      },
    },
    ['path'],
  ),
  output: object({ path, sizeBytes, replaced: { type: 'boolean' } }, [
    'path',
    'sizeBytes',
    'replaced',
  ]),
};

export const FILE_INFO = {
  input: args({ path }, ['path']),
  output: object(
    {
      path,
      uri: { type: 'string' },
      type: { enum: ['file', 'directory', 'other'] },
      sizeBytes,
      modifiedAt: { type: 'string', description: 'ISO 8601' },
      mimeType: { type: 'string' },
    },
    ['path', 'uri', 'type', 'sizeBytes', 'modifiedAt'],
  ),
};

export const SEARCH = {
  input: args(
    {
      pattern: {
        type: 'string',
        description: 'Glob for paths: *, ?, **, [abc], {a,b}',
      },
      text: {
        type: 'string',
        pattern: '^[^\\n]+$',
        description: 'Text that a line must contain, exactly',
      },
      path: { ...path, description: 'Directory to begin at. Default: the base directory' },
      limit: { type: 'integer', minimum: 1, maximum: 1_000, description: 'Default: 100' },
    },
    ['pattern'],
  ),
  output: object(
    {
      matches: {
        type: 'array',
        items: object(
          { path, line: { type: 'integer', minimum: 1 }, preview: { type: 'string' } },
          ['path'],
        ),
      },
      truncated,
      skipped: { type: 'integer', minimum: 0 },
    },
    ['matches', 'truncated', 'skipped'],
  ),
};
