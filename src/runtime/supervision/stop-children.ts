/** How a supervisor ends its children: it asks, waits, and kills; or kills at once. */

import type { Clock } from '../../core/clock.ts';
import type { Shutdown } from './child-spec.ts';
import type { ExitReason } from './exit-reason.ts';
import type { RunningChild } from './running-child.ts';

/** Why a child has ended; a port whose promise rejects, which it should not, is taken at its word. */
export function exitOf(child: RunningChild): Promise<ExitReason> {
  return child.exited.then(undefined, (thrown: unknown) => thrown);
}

/** Ends the children, at the same time, and resolves when the last of them has ended. */
export async function stopChildren(
  children: readonly RunningChild[],
  shutdown: Shutdown,
  clock: Clock,
): Promise<void> {
  const left = new Set(children);
  const exits = children.map((child) => exitOf(child).then(() => left.delete(child)));
  if (shutdown === 'brutal_kill') {
    for (const child of children) child.kill();
    await Promise.all(exits);
    return;
  }
  for (const child of children) child.shutdown('shutdown');
  if (shutdown === 'infinity') {
    await Promise.all(exits);
    return;
  }
  const limit = clock.createTimer(shutdown, () => {
    for (const child of left) child.kill();
  });
  limit.start();
  try {
    await Promise.all(exits);
  } finally {
    limit.stop();
  }
}
