/** Ways of taking memory until there is none: each ends its process in a way of its own. */

import { constants } from 'node:buffer';

const CHUNK_BYTES = 16 * 1_048_576;

/** What grows; `giant` is one allocation that cannot be had. */
export const GROWTH_KINDS = ['map', 'array', 'string', 'buffers', 'giant'] as const;
export type GrowthKind = (typeof GROWTH_KINDS)[number];

/** Takes memory of that kind, and does not return for as long as it gets some. */
export function grow(kind: GrowthKind): void {
  switch (kind) {
    case 'map': {
      const map = new Map<number, object>();
      for (let i = 0; ; i++) map.set(i, { i });
    }
    case 'array': {
      const array: object[] = [];
      for (let i = 0; ; i++) array.push({ i });
    }
    case 'string': {
      // Joined strings are kept as trees: only what has been read is one piece of memory.
      const parts: string[] = [];
      for (let i = 0; ; i++) parts.push(String(i).repeat(65_536 / String(i).length));
    }
    case 'buffers': {
      const buffers: Uint8Array[] = [];
      for (;;) buffers.push(new Uint8Array(CHUNK_BYTES).fill(1));
    }
    case 'giant':
      // Written to, since memory that nobody touches is never really given.
      Buffer.alloc(Math.min(constants.MAX_LENGTH, 8 * 1_073_741_824), 1);
  }
}
