/**
 * A service as a supervised child, inline, on a thread or in a process: each start registers the name
 * again, so that whoever calls by name, or holds a handle, reaches the new one.
 *
 * When it is asked to stop it takes no more requests and finishes those it has; what is not done by
 * the end of the child's `shutdown` time is given up. Only a service that is not inline can be killed
 * while it loops.
 */

import { requireKnownKeys, requireName } from '../../core/options.ts';
import type { ServiceDefinition } from '../dispatch/service-definition.ts';
import type { ServiceModule, StartOptions } from '../dispatch/service-host.ts';
import type { ServiceReference } from '../dispatch/service-reference.ts';
import type { Transport } from '../dispatch/transport.ts';
import type { ChildOptions, ChildSpec } from './child-spec.ts';
import type { ExitReason } from './exit-reason.ts';
import type { RunningChild } from './running-child.ts';

export interface ServiceChildOptions
  extends StartOptions,
    Pick<ChildOptions, 'restart' | 'shutdown' | 'significant'> {
  /** Default: the service's name. */
  readonly id?: string;
}

const KEYS = [
  'id',
  'restart',
  'shutdown',
  'significant',
  'name',
  'placement',
  'replicas',
  'memoryLimitBytes',
] as const satisfies (keyof ServiceChildOptions)[];

class ServiceChild implements RunningChild {
  readonly exited: Promise<ExitReason>;
  readonly info: ServiceReference;
  #wasAsked = false;

  constructor(reference: ServiceReference) {
    this.info = reference;
    // A service calls every end that was asked for normal; a supervisor tells them apart.
    this.exited = reference.exited.then((reason) =>
      reason === 'normal' && this.#wasAsked ? 'shutdown' : reason,
    );
  }

  shutdown(): void {
    this.#wasAsked = true;
    // The supervisor keeps the time.
    void this.info.stop({ timeoutMs: Number.POSITIVE_INFINITY });
  }

  kill(): void {
    this.info.kill('killed');
  }
}

/**
 * The spec of a child that is a service. Its `info` is the service's reference.
 *
 * @param service - as for `transport.start`
 * @param options - of the service and of the child; a service given by its module needs a `name`
 * @throws `ERR_INVALID_OPTION`
 */
export function serviceChild<TState>(
  transport: Transport,
  service: ServiceDefinition<TState> | ServiceModule,
  options: ServiceChildOptions = {},
): ChildSpec {
  requireKnownKeys('options of a service child', options, KEYS);
  const { id, restart, shutdown, significant, ...startOptions } = options as ServiceChildOptions;
  const ownName = 'module' in service ? undefined : service.name;
  const name = requireName('name of a service child', startOptions.name ?? ownName);
  return {
    ...(restart === undefined ? {} : { restart }),
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(significant === undefined ? {} : { significant }),
    id: id ?? name,
    service: name,
    start: async (signal) => {
      const holder = transport.lookup(name);
      const giveUp = (): void => {
        const starting = transport.lookup(name);
        if (starting !== holder) starting?.kill('killed');
      };
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return new ServiceChild(await transport.start(service, { ...startOptions, name }));
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
  };
}
