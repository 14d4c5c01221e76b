/**
 * The cost ladder: every way to reach a service, from the floor up.
 *
 * The code of a variant is loaded when it is asked for: the SDK and autocannon take longer to load than a
 * short run takes, and whoever lists the ladder or misspells a rung of it needs neither.
 */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Variant } from '../load/target.ts';

export interface VariantEntry {
  readonly name: string;
  /** What one call pays, in a few words. */
  readonly pays: string;
  readonly load: () => Promise<Variant>;
}

/** All variants, cheapest first. */
export const VARIANTS: readonly VariantEntry[] = [
  {
    name: 'direct',
    pays: 'a bare awaited function: the floor',
    load: async () => (await import('./direct.ts')).directVariant,
  },
  {
    name: 'native',
    pays: 'registry, mailbox, validation, deadline, telemetry; by reference',
    load: async () => (await import('./native.ts')).nativeVariant,
  },
  {
    name: 'worker',
    pays: 'native, on a scheduler thread: a ring of shared memory each way, small calls encoded',
    load: async () => (await import('./placed.ts')).workerVariant,
  },
  {
    name: 'process',
    pays: 'native, in a child process of its own: a socket, calls of a tick encoded together',
    load: async () => (await import('./placed.ts')).processVariant,
  },
  {
    name: 'json',
    pays: 'native, plus JSON.stringify and JSON.parse of request and reply, bytes as base64',
    load: async () => (await import('./json.ts')).jsonVariant,
  },
  {
    name: 'sdk-memory',
    pays: 'the official SDK, client and server, in one process',
    load: async () => (await import('./sdk-memory.ts')).sdkMemoryVariant,
  },
  {
    name: 'stdio',
    pays: 'the official SDK, with the server in a child process over stdio',
    load: async () => (await import('./stdio.ts')).stdioVariant,
  },
  {
    name: 'http',
    pays: 'the official SDK, over Streamable HTTP on loopback with a session',
    load: async () => (await import('./http.ts')).httpVariant,
  },
  {
    name: 'http-saturation',
    pays: 'the same HTTP server under autocannon: no SDK on the calling side',
    load: async () => (await import('./http-saturation.ts')).httpSaturationVariant,
  },
];

/** Loads the variant of that name. Throws `ERR_USAGE` with the nearest one when there is none. */
export async function loadVariant(name: string): Promise<Variant> {
  const found = VARIANTS.find((entry) => entry.name === name);
  if (found !== undefined) return found.load();
  const names = VARIANTS.map((entry) => entry.name);
  throw new ToolrigError('ERR_USAGE', `there is no variant '${name}'.${didYouMean(name, names)}`);
}
