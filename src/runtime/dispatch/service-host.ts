/**
 * Where a service runs, and the port to those who run services elsewhere.
 *
 * This room knows services of its own isolate only. A service on a scheduler thread or in a process
 * of its own is started by a `ServiceHost` (`runtime/scheduler/`), which the transport is given.
 */

import type { Clock } from '../../core/clock.ts';
import type { DeadlineWheel } from '../../core/deadline-wheel.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Placement } from './placement.ts';
import type { ServiceReference } from './service-reference.ts';

/** Where a definition comes from, so that another isolate can make the same one. */
export interface ServiceModule {
  /** URL of the module: `import.meta.resolve('./my-service.js')`. */
  readonly module: string;
  /** Its export: a definition, or a function that makes one. Default: `'default'`. */
  readonly export?: string;
  /** Arguments of that function; they are copied, so plain data. Default: none. */
  readonly args?: readonly unknown[];
}

export interface StartOptions {
  /** Default: the definition's own name; required when it does not run inline. */
  readonly name?: string;
  /** Default: `'inline'`. Anything else takes a {@link ServiceModule}. */
  readonly placement?: Placement;
  /** Copies behind the one name, up to 1,024; a call goes to the one that should answer first. Default: 1. */
  readonly replicas?: number;
  /**
   * Memory that ends the service when it is exceeded: of a `process` its resident size beyond what
   * Node takes itself, enforced; of a `worker` its thread's heap, at best effort, and the service
   * gets a thread of its own (docs/ISOLATION.md). Default: none.
   */
  readonly memoryLimitBytes?: number;
}

/** What a service takes from the transport that starts it. */
export interface HostEnvironment {
  readonly wheel: DeadlineWheel;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A service that has been made and not started. */
export interface StartableService extends ServiceReference {
  /**
   * Runs `init`, then the requests that came meanwhile. To be called once.
   *
   * @throws `ERR_SERVICE_EXIT` when it cannot be loaded or `init` throws; it has ended then
   */
  start(): Promise<void>;
}

/** Makes services of one placement. */
export interface ServiceHost {
  create(
    source: ServiceModule,
    name: string,
    options: StartOptions,
    environment: HostEnvironment,
  ): StartableService;
}
