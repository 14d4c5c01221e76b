/**
 * The variants that run services in other isolates of the native transport: `worker` on scheduler
 * threads, `process` in child processes. Each service gets a place of its own as far as there are.
 */

import { NativeTransport, type Placement, type ServiceModule } from '../../runtime/index.ts';
import { methodOf } from '../load/call-plan.ts';
import type { ServiceSource } from '../load/scenario.ts';
import type { Target, Variant } from '../load/target.ts';
import { didNotStart, moduleUrl } from './in-process.ts';

export const workerVariant: Variant = {
  name: 'worker',
  pays: 'native, on a scheduler thread: a ring of shared memory each way, small calls encoded',
  open: (services) => openPlaced(services, 'worker'),
};

export const processVariant: Variant = {
  name: 'process',
  pays: 'native, in a child process of its own: a socket, calls of a tick encoded together',
  open: (services) => openPlaced(services, 'process'),
};

async function openPlaced(
  services: Readonly<Record<string, ServiceSource>>,
  placement: Placement,
): Promise<Target> {
  const transport = new NativeTransport();
  for (const [name, source] of Object.entries(services)) {
    try {
      await transport.start(serviceModule(source), { name, placement });
    } catch (cause) {
      await transport.stop();
      throw didNotStart(name, cause);
    }
  }
  return {
    call: (service, method, params, options) => transport.call(service, method, params, options),
    prepare(operation) {
      const { service } = operation;
      const method = methodOf(operation);
      return (params) => transport.call(service, method, params);
    },
    usage: () => transport.usage(),
    close: () => transport.stop(),
  };
}

function serviceModule(source: ServiceSource): ServiceModule {
  return { module: moduleUrl(source), export: source.export, args: [source.options] };
}
