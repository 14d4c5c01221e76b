/**
 * The variants that run services in other isolates of the native transport: `worker` on scheduler
 * threads, `process` in child processes. Each service gets a place of its own as far as there are.
 */

import { NativeTransport, type StartOptions, serviceChild } from '../../runtime/index.ts';
import type { FaultKind } from '../load/chaos.ts';
import type { ServiceSource } from '../load/scenario.ts';
import type { Variant } from '../load/target.ts';
import { didNotStart, serviceModule, transportTarget } from './in-process.ts';
import { openSupervised } from './supervised.ts';

export const workerVariant: Variant = {
  name: 'worker',
  // Of what takes memory a thread contains some, and some ends the whole program: docs/ISOLATION.md.
  ...placed('worker', ['kill', 'hang', 'oom']),
};

export const processVariant: Variant = {
  name: 'process',
  ...placed('process', ['kill', 'hang', 'oom']),
};

function placed(
  placement: 'worker' | 'process',
  survives: readonly FaultKind[],
): Pick<Variant, 'open' | 'supervision'> {
  const optionsOf = (
    name: string,
    { replicas, memoryLimitBytes }: ServiceSource,
  ): StartOptions => ({
    name,
    placement,
    ...(replicas === undefined ? {} : { replicas }),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
  });
  return {
    async open(services) {
      const transport = new NativeTransport();
      for (const [name, source] of Object.entries(services)) {
        try {
          await transport.start(serviceModule(source), optionsOf(name, source));
        } catch (cause) {
          await transport.stop();
          throw didNotStart(name, cause);
        }
      }
      return transportTarget(transport);
    },
    supervision: {
      survives,
      open(services) {
        // A thread for each: services that share one would be struck together.
        const transport = new NativeTransport({ schedulers: Object.keys(services).length });
        const children = Object.entries(services).map(([name, source]) =>
          serviceChild(transport, serviceModule(source), optionsOf(name, source)),
        );
        return openSupervised(transport, children);
      },
    },
  };
}
