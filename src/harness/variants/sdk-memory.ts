/** The official SDK's client and server over its in-memory transport, one pair a service. */

import { linkInMemory } from '../../mcp/index.ts';
import { NO_USAGE, type Variant } from '../load/target.ts';
import { startNative } from './in-process.ts';
import { callersTarget } from './sdk-callers.ts';

export const sdkMemoryVariant: Variant = {
  name: 'sdk-memory',
  pays: 'the official SDK, client and server, in one process',
  async open(services) {
    const transport = await startNative(services);
    const callers = new Map(
      await Promise.all(
        Object.keys(services).map(
          async (name) => [name, await linkInMemory(transport, name)] as const,
        ),
      ),
    );
    return callersTarget(callers, {
      usage: async () => NO_USAGE,
      stop: () => transport.stop(),
    });
  },
};
