/**
 * Services under a supervisor of the runtime's, for scenarios that break them.
 *
 *   supervisor, one_for_one ─┬─ service ◀── ping, ping … no answer: killed (hang-watch.ts)
 *                            └─ service
 *
 * Each is started again whenever it has ended, however often: how many restarts are too many is a
 * policy, and not what is being measured.
 */

import {
  type ChildSpec,
  type NativeTransport,
  type RunningChild,
  type ServiceReference,
  Supervisor,
} from '../../runtime/index.ts';
import type { ServiceSource } from '../load/scenario.ts';
import type { SupervisedTarget } from '../load/target.ts';
import { HangWatch } from './hang-watch.ts';
import { didNotStart, transportTarget } from './in-process.ts';

/** Starts a service under its name on the target's transport. */
export type StartService = (name: string, source: ServiceSource) => Promise<ServiceReference>;

/** More than faults can bring about: what the supervisor would give up at is not reached. */
const RESTARTS = { maxRestarts: 1_000, maxSeconds: 1 };

/**
 * Starts all services under a supervisor.
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
  let failure: unknown;
  const childOf = ([name, source]: [string, ServiceSource]): ChildSpec => ({
    id: name,
    service: name,
    async start() {
      const reference = await start(name, source).catch((cause: unknown) => {
        failure = didNotStart(name, cause);
        throw failure;
      });
      void reference.exited.then(() => {
        if (isOpen) for (const listener of listeners) listener(name);
      });
      return supervisedService(reference);
    },
  });
  const supervisor = new Supervisor(Object.entries(services).map(childOf), RESTARTS);
  try {
    await supervisor.start();
  } catch (cause) {
    await transport.stop();
    throw failure ?? cause;
  }
  const watch = new HangWatch(transport, Object.keys(services));
  watch.start();
  return {
    ...transportTarget(transport),
    async close() {
      isOpen = false;
      watch.stop();
      await supervisor.stop();
      await transport.stop();
    },
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

function supervisedService(reference: ServiceReference): RunningChild {
  return {
    exited: reference.exited,
    shutdown: () => void reference.stop(),
    kill: () => reference.kill(),
    info: reference,
  };
}
