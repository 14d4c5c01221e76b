/** The official SDK's client and server over its in-memory transport, one pair a service. */

import { linkInMemory, type SdkCaller } from '../../mcp/index.ts';
import { NO_USAGE, type Variant } from '../load/target.ts';
import { startNative } from './in-process.ts';
import { callersTarget } from './sdk-callers.ts';

export const sdkMemoryVariant: Variant = {
  name: 'sdk-memory',
  async open(services) {
    const transport = await startNative(services);
    const callers = new Map<string, SdkCaller>();
    try {
      for (const name of Object.keys(services)) {
        callers.set(name, await linkInMemory(transport, name));
      }
    } catch (error) {
      await transport.stop();
      throw error;
    }
    return callersTarget(callers, {
      usage: async () => NO_USAGE,
      stop: () => transport.stop(),
    });
  },
};
