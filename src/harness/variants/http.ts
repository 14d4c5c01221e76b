/** The official SDK over Streamable HTTP on loopback, with sessions; one child process for all services. */

import { ChildHost, connectHttp } from '../../mcp/index.ts';
import type { Variant } from '../load/target.ts';
import { callersTarget, childBacking } from './sdk-callers.ts';

export const httpVariant: Variant = {
  name: 'http',
  async open(services) {
    const host = await ChildHost.start({
      mode: 'http',
      services: Object.entries(services).map(([name, source]) => ({ ...source, name })),
    });
    try {
      const callers = new Map();
      for (const name of Object.keys(services)) callers.set(name, await connectHttp(host, name));
      return callersTarget(callers, childBacking([host]));
    } catch (error) {
      await host.stop();
      throw error;
    }
  },
};
