/** Makes a service elsewhere, or several of it behind one name. */

import { serviceExit } from '../dispatch/call-errors.ts';
import type {
  HostEnvironment,
  ServiceModule,
  StartableService,
  StartOptions,
} from '../dispatch/service-host.ts';
import { type GuestPlace, RemoteService } from './remote-service.ts';
import { ReplicaSet } from './replica-set.ts';

/** @param findPlace - called for every copy */
export function createRemote(
  source: ServiceModule,
  name: string,
  options: StartOptions,
  environment: HostEnvironment,
  findPlace: () => GuestPlace,
): StartableService {
  const { replicas = 1 } = options;
  const create = (): RemoteService => {
    let place: GuestPlace;
    try {
      place = findPlace();
    } catch (thrown) {
      throw serviceExit(name, thrown); // no thread or process is to be had
    }
    return new RemoteService(source, name, place, environment);
  };
  if (replicas === 1) return create();
  const createMeasured = (): RemoteService => {
    const replica = create();
    replica.measurePace();
    return replica;
  };
  return new ReplicaSet(name, replicas, createMeasured, environment.clock);
}
