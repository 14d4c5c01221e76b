/** The official SDK's server in a child process, over its standard input and output; a child a service. */

import { ChildHost, connectStdio, type SdkCaller } from '../../mcp/index.ts';
import type { ServiceSource } from '../load/scenario.ts';
import type { Variant } from '../load/target.ts';
import { callersTarget, childBacking } from './sdk-callers.ts';

export const stdioVariant: Variant = {
  name: 'stdio',
  reach: 'pipe',
  async open(services) {
    const hosts: ChildHost[] = [];
    try {
      const connect = async (name: string): Promise<SdkCaller> => {
        const source = services[name] as ServiceSource; // one of these
        const host = await ChildHost.start({ mode: 'stdio', services: [{ ...source, name }] });
        hosts.push(host);
        return connectStdio(host);
      };
      const callers = new Map<string, SdkCaller>();
      const names = Object.keys(services);
      for (const name of names) callers.set(name, await connect(name));
      const [first = ''] = names;
      // A pipe has two ends: whoever wants a session of its own gets a process.
      return callersTarget(callers, childBacking(hosts), () => connect(first));
    } catch (error) {
      await Promise.all(hosts.map((host) => host.stop()));
      throw error;
    }
  },
};
