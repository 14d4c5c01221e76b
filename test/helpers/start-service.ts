/** A running service on a clock that the test moves. */

import { DeadlineWheel } from '../../src/core/deadline-wheel.ts';
import { Service } from '../../src/runtime/dispatch/service.ts';
import { defineService, type ServiceSpec } from '../../src/runtime/dispatch/service-definition.ts';
import { ManualClock } from './manual-clock.ts';
import { RecordingLogger } from './recording-logger.ts';

/** Time that is certainly enough for a deadline of `timeoutMs` to have fired, in ms. */
export function pastDeadline(timeoutMs: number): number {
  return timeoutMs + 3 * 5; // three ticks of the wheel
}

export function createService<TState = undefined>(spec: Partial<ServiceSpec<TState>> = {}) {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const wheel = new DeadlineWheel({ clock });
  const service = new Service(defineService<TState>({ name: 'echo', ...spec }), {
    wheel,
    logger,
    clock,
  });
  return { service, clock, wheel, logger };
}

export async function startService<TState = undefined>(spec: Partial<ServiceSpec<TState>> = {}) {
  const started = createService<TState>(spec);
  await started.service.start();
  return started;
}
