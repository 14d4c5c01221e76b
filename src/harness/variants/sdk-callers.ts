/** A target made of callers, SDK clients or others, one a service, whatever they are connected through. */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Caller, ChildHost } from '../../mcp/index.ts';
import { methodOf } from '../load/call-plan.ts';
import type { Target, TargetUsage } from '../load/target.ts';

/** What stands behind the callers. */
export interface Backing {
  usage(): Promise<TargetUsage>;
  stop(): Promise<void>;
}

/**
 * The target of a set of callers; closing it closes them, then what stands behind them.
 *
 * @param connect - opens a further session. Default: there is none to be had.
 */
export function callersTarget(
  callers: ReadonlyMap<string, Caller>,
  backing: Backing,
  connect?: () => Promise<Caller>,
): Target {
  const sessions: Caller[] = [];
  const callerOf = (service: string): Caller => {
    const caller = callers.get(service);
    if (caller !== undefined) return caller;
    throw new ToolrigError(
      'ERR_SERVICE_NOT_FOUND',
      `Service not found: ${service}.${didYouMean(service, callers.keys())}`,
      { data: { service } },
    );
  };
  return {
    async call(service, method, params, options) {
      return callerOf(service).call(method, params, options);
    },
    prepare(operation) {
      const caller = callerOf(operation.service);
      const method = methodOf(operation);
      return (params) => caller.call(method, params);
    },
    usage: () => backing.usage(),
    ...(connect === undefined
      ? {}
      : {
          async openSession() {
            sessions.push(await connect());
          },
        }),
    async close() {
      await Promise.all([...callers.values(), ...sessions].map((caller) => caller.close()));
      await backing.stop();
    },
  };
}

/** The backing of callers that talk to child processes. */
export function childBacking(hosts: readonly ChildHost[]): Backing {
  return {
    async usage() {
      const usages = await Promise.all(hosts.map((host) => host.usage()));
      return {
        cpuNs: usages.reduce(
          (sum, { cpuUsage }) => sum + (cpuUsage.user + cpuUsage.system) * 1e3,
          0,
        ),
        rssBytes: usages.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
      };
    },
    async stop() {
      await Promise.all(hosts.map((host) => host.stop()));
    },
  };
}
