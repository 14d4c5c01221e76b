/**
 * The variants that stay in this isolate, and what they share: definitions loaded from their
 * sources, started on one native transport.
 */

import { pathToFileURL } from 'node:url';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import {
  loadServiceModule,
  NativeTransport,
  type ServiceDefinition,
  type ServiceModule,
} from '../../runtime/index.ts';
import { methodOf } from '../load/call-plan.ts';
import type { ServiceSource } from '../load/scenario.ts';
import type { Target } from '../load/target.ts';

/**
 * The definition that a source names.
 *
 * @throws `ERR_TARGET` when the module cannot be loaded or does not export one
 */
export async function loadDefinition(
  name: string,
  source: ServiceSource,
): Promise<ServiceDefinition> {
  try {
    return await loadServiceModule(serviceModule(source));
  } catch (cause) {
    throw didNotStart(name, cause);
  }
}

/** A source as the runtime takes it; its module may be given as a path. */
export function serviceModule({ module, export: name, options }: ServiceSource): ServiceModule {
  const url = module.includes('://') ? module : pathToFileURL(module).href;
  return { module: url, export: name, args: [options] };
}

/**
 * A native transport with every service started under its name.
 *
 * @throws `ERR_TARGET` when one cannot be started; those already started are stopped
 */
export async function startNative(
  services: Readonly<Record<string, ServiceSource>>,
): Promise<NativeTransport> {
  const transport = new NativeTransport();
  for (const [name, source] of Object.entries(services)) {
    try {
      await transport.start(await loadDefinition(name, source), name);
    } catch (cause) {
      await transport.stop();
      if (cause instanceof ToolrigError && cause.code === 'ERR_TARGET') throw cause;
      throw didNotStart(name, cause);
    }
  }
  return transport;
}

/** A target that calls the services of a transport by name; closing it stops them. */
export function transportTarget(transport: NativeTransport): Target {
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

/** The `ERR_TARGET` of a service whose start threw. */
export function didNotStart(name: string, cause: unknown): ToolrigError {
  return new ToolrigError('ERR_TARGET', `service '${name}' did not start: ${messageOf(cause)}`, {
    cause,
  });
}
