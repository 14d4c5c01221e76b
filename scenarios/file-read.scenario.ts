/** Real files of many sizes, read as text and as bytes, as an agent reads a repository. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineScenario, type Operation, referenceService } from '../src/harness/index.ts';

const SIZES_BYTES = [64, 1_024, 16_384, 262_144];
const FILLER = 'All happy files are alike; each unhappy file is unhappy in its own way.\n';

interface Read {
  readonly path: string;
  readonly encoding: 'utf8' | 'bytes';
}

interface Reply {
  readonly content: readonly [{ readonly text?: string; readonly resource?: { blob: Uint8Array } }];
}

interface Info {
  readonly structuredContent: { readonly sizeBytes: number };
}

/** Calls of a deck below; every deck reads one size, so that four have read all. */
const DECK = 5;
const EDGE = 32;

const CONTENTS = new Map(SIZES_BYTES.map((size) => [pathOf(size), contentOf(size)]));

function pathOf(sizeBytes: number): string {
  return `file-${sizeBytes}.txt`;
}

function contentOf(sizeBytes: number): string {
  return FILLER.repeat(Math.ceil(sizeBytes / FILLER.length)).slice(0, sizeBytes);
}

function pathAt(index: number): string {
  return pathOf(SIZES_BYTES[Math.floor(index / DECK) % SIZES_BYTES.length] as number); // in range
}

/** Length, beginning and end: enough to tell a wrong reply, little enough not to be measured. */
function problemWith(path: string, length: number, begin: string, end: string): string | undefined {
  const content = CONTENTS.get(path) ?? '';
  const isRight =
    length === content.length && begin === content.slice(0, EDGE) && end === content.slice(-EDGE);
  return isRight ? undefined : `${path} came back with ${length} bytes, or others`;
}

const readText: Operation = {
  name: 'read-utf8',
  service: 'file',
  tool: 'read_file',
  weight: 2,
  input: (_random, index): Read => ({ path: pathAt(index), encoding: 'utf8' }),
  check({ content: [{ text = '' }] }: Reply, { path }: Read) {
    return problemWith(path, text.length, text.slice(0, EDGE), text.slice(-EDGE));
  },
};

const readBytes: Operation = {
  name: 'read-bytes',
  service: 'file',
  tool: 'read_file',
  weight: 2,
  input: (_random, index): Read => ({ path: pathAt(index), encoding: 'bytes' }),
  check({ content: [{ resource }] }: Reply, { path }: Read) {
    const { blob = new Uint8Array() } = resource ?? {};
    const text = (part: Uint8Array) => Buffer.from(part).toString('latin1');
    return problemWith(path, blob.length, text(blob.slice(0, EDGE)), text(blob.slice(-EDGE)));
  },
};

const info: Operation = {
  name: 'info',
  service: 'file',
  tool: 'file_info',
  input: (_random, index) => ({ path: pathAt(index) }),
  check({ structuredContent: { sizeBytes } }: Info, { path }: Read) {
    return path === pathOf(sizeBytes) ? undefined : `${path} has not ${sizeBytes} bytes`;
  },
};

export const scenario = defineScenario({
  name: 'file-read',
  description: 'real files of 64 B to 256 KiB, as text and as bytes',
  async services(folder) {
    for (const [path, content] of CONTENTS) await writeFile(join(folder, path), content);
    return { file: referenceService('file', { basePath: folder }) };
  },
  operations: [readText, readBytes, info],
});
