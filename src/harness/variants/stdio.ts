/** The official SDK's server in a child process, over its standard input and output; a child a service. */

import { ChildHost, connectStdio } from '../../mcp/index.ts';
import type { Variant } from '../load/target.ts';
import { callersTarget, childBacking } from './sdk-callers.ts';

export const stdioVariant: Variant = {
  name: 'stdio',
  reach: 'pipe',
  async open(services) {
    const hosts: ChildHost[] = [];
    try {
      const callers = new Map();
      for (const [name, source] of Object.entries(services)) {
        const host = await ChildHost.start({ mode: 'stdio', services: [{ ...source, name }] });
        hosts.push(host);
        callers.set(name, await connectStdio(host));
      }
      return callersTarget(callers, childBacking(hosts));
    } catch (error) {
      await Promise.all(hosts.map((host) => host.stop()));
      throw error;
    }
  },
};
