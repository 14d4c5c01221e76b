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

function pathOf(sizeBytes: number): string {
  return `file-${sizeBytes}.txt`;
}

function pick(random: () => number): number {
  return SIZES_BYTES[Math.floor(random() * SIZES_BYTES.length)] as number; // random() < 1
}

function readAs(encoding: Read['encoding'], weight: number): Operation {
  return {
    name: `read-${encoding}`,
    service: 'file',
    tool: 'read_file',
    weight,
    input: (random): Read => ({ path: pathOf(pick(random)), encoding }),
    check({ content: [item] }: Reply, { path }: Read) {
      const length = item.text?.length ?? item.resource?.blob.length;
      return path === pathOf(length ?? 0) ? undefined : `${path} came back with ${length} bytes`;
    },
  };
}

const info: Operation = {
  name: 'info',
  service: 'file',
  tool: 'file_info',
  input: (random) => ({ path: pathOf(pick(random)) }),
  check(
    { structuredContent: { sizeBytes } }: { structuredContent: { sizeBytes: number } },
    { path }: Read,
  ) {
    return path === pathOf(sizeBytes) ? undefined : `${path} has not ${sizeBytes} bytes`;
  },
};

export const scenario = defineScenario({
  name: 'file-read',
  description: 'real files of 64 B to 256 KiB, as text and as bytes',
  async services(folder) {
    for (const sizeBytes of SIZES_BYTES) {
      const text = FILLER.repeat(Math.ceil(sizeBytes / FILLER.length)).slice(0, sizeBytes);
      await writeFile(join(folder, pathOf(sizeBytes)), text);
    }
    return { file: referenceService('file', { basePath: folder }) };
  },
  operations: [readAs('utf8', 2), readAs('bytes', 2), info],
});
