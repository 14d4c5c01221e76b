/** The official SDK over Streamable HTTP on loopback, with sessions; one child process for all services. */

import { ChildHost, connectHttpUrl, httpUrl } from '../../mcp/index.ts';
import type { JoinServers, Target, Variant } from '../load/target.ts';
import { NO_USAGE } from '../load/target.ts';
import { type Backing, callersTarget, childBacking } from './sdk-callers.ts';

/** Addresses of services, by name. */
type ServiceUrls = Readonly<Record<string, string>>;

export const httpVariant: Variant = {
  name: 'http',
  reach: 'network',
  async open(services) {
    const host = await ChildHost.start({
      mode: 'http',
      services: Object.entries(services).map(([name, source]) => ({ ...source, name })),
    });
    const urls = Object.fromEntries(
      Object.keys(services).map((name) => [name, httpUrl(host, name).href]),
    );
    const ended = host.exited.then(() => host.describeExit());
    try {
      const target = await connected(urls, ended, childBacking([host]));
      const shared = { module: import.meta.url, export: joinHttp.name, options: urls, ended };
      return { ...target, shared };
    } catch (error) {
      await host.stop();
      throw error;
    }
  },
};

/** Connects to the servers of a target of {@link httpVariant}, which live on when this one is closed. */
export const joinHttp: JoinServers = (urls, ended) =>
  connected(urls as ServiceUrls, ended, { usage: async () => NO_USAGE, stop: async () => {} });

async function connected(
  urls: ServiceUrls,
  ended: Promise<string>,
  backing: Backing,
): Promise<Target> {
  const connect = (url: string) => connectHttpUrl(new URL(url), ended);
  const callers = new Map();
  for (const [name, url] of Object.entries(urls)) callers.set(name, await connect(url));
  const [first = ''] = Object.values(urls);
  return callersTarget(callers, backing, () => connect(first));
}
