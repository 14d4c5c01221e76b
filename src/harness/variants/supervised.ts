/**
 * Services that come back when they have been ended, for scenarios that break them.
 *
 * Each is started again as soon as it has ended, for as long as the target is open; how is up to the
 * variant. There is no limit to restarts: how many are too many is a supervisor's policy, and not
 * what is being measured.
 */

import type { NativeTransport, ServiceReference } from '../../runtime/index.ts';
import type { ServiceSource } from '../load/scenario.ts';
import type { SupervisedTarget } from '../load/target.ts';
import { didNotStart, transportTarget } from './in-process.ts';

/** Starts a service under its name on the target's transport. */
export type StartService = (name: string, source: ServiceSource) => Promise<ServiceReference>;

/**
 * Starts all services, and each again whenever it ends.
 *
 * @throws `ERR_TARGET` when one cannot be started at first; those already started are stopped
 */
export async function openSupervised(
  transport: NativeTransport,
  services: Readonly<Record<string, ServiceSource>>,
  start: StartService,
): Promise<SupervisedTarget> {
  const listeners = new Set<(service: string) => void>();
  let isOpen = true;
  const run = async (name: string, source: ServiceSource): Promise<void> => {
    const reference = await start(name, source);
    void reference.exited.then(async () => {
      if (!isOpen) return;
      for (const listener of listeners) listener(name);
      await run(name, source);
    });
  };
  const target = transportTarget(transport);
  const close = () => {
    isOpen = false;
    return target.close();
  };
  for (const [name, source] of Object.entries(services)) {
    try {
      await run(name, source);
    } catch (cause) {
      await close();
      throw didNotStart(name, cause);
    }
  }
  return {
    ...target,
    close,
    kill(service) {
      const reference = transport.lookup(service);
      reference?.kill();
      return reference !== undefined;
    },
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
