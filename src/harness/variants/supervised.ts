/**
 * Services under the runtime's own supervisor and health monitor, for scenarios that break them.
 *
 *   supervisor, one_for_one ─┬─ service ◀── ping ── monitor: kills what gives no answer
 *                            └─ service
 *
 * Each is started again whenever it has ended, however often: how many restarts are too many is a
 * policy, and not what is being measured.
 */

import {
  type ChildSpec,
  HealthMonitor,
  type NativeTransport,
  Supervisor,
  servicesInTree,
} from '../../runtime/index.ts';
import type { SupervisedTarget } from '../load/target.ts';
import { didNotStart, transportTarget } from './in-process.ts';

/** More than faults can bring about: what the supervisor would give up at is not reached. */
const RESTARTS = { maxRestarts: 1_000, maxSeconds: 1 };
/** A service that hangs is found out within 0.6 s, and one that is merely busy is left alone. */
const HEALTH = {
  intervalMs: 100,
  deadlineMs: 500,
  onUnhealthy: 'restart',
  failuresBeforeRestart: 1,
} as const;

/**
 * Starts services under a supervisor, and watches them.
 *
 * @param children - services of the transport, as `serviceChild` describes them
 * @throws `ERR_TARGET` when one cannot be started at first; those already started are stopped
 */
export async function openSupervised(
  transport: NativeTransport,
  children: readonly ChildSpec[],
): Promise<SupervisedTarget> {
  const listeners = new Set<(service: string) => void>();
  let isOpen = true;
  let failure: unknown;
  const watched = (spec: ChildSpec): ChildSpec => ({
    ...spec,
    async start(signal) {
      try {
        const child = await spec.start(signal);
        if (child !== 'ignore') {
          void child.exited.then(() => {
            if (isOpen) for (const listener of listeners) listener(spec.id);
          });
        }
        return child;
      } catch (cause) {
        failure = didNotStart(spec.id, cause);
        throw failure;
      }
    },
  });
  const supervisor = new Supervisor(children.map(watched), RESTARTS);
  try {
    await supervisor.start();
  } catch (cause) {
    await transport.stop();
    throw failure ?? cause;
  }
  const monitor = new HealthMonitor(transport, () => servicesInTree(supervisor.tree()), {
    ...HEALTH,
    restart: (name) => transport.lookup(name)?.kill('it did not answer ping'),
  });
  await monitor.start();
  return {
    ...transportTarget(transport),
    async close() {
      isOpen = false;
      await monitor.stop();
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
