/** Official client and server in one process, over the SDK's own in-memory transport. */

import { InMemoryTransport } from '@modelcontextprotocol/client';
import type { NativeTransport } from '../runtime/index.ts';
import { SdkCaller } from './sdk-caller.ts';
import { createSdkServer } from './sdk-server.ts';

/**
 * Reaches a service of `transport` through an SDK client and server linked in memory. Objects pass
 * by reference where the SDK's validation does not copy them. Closing the caller closes both sides.
 */
export async function linkInMemory(
  transport: NativeTransport,
  serviceName: string,
): Promise<SdkCaller> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  await createSdkServer(transport, serviceName).connect(serverSide);
  return SdkCaller.connect(clientSide);
}
