/**
 * The answers to an orchestrator's two questions, as functions of facts.
 *
 * *Is it alive?* asks whether a restart of the whole process would help, so it looks at the event
 * loop and the supervisor and never at a dependency: a database that is down must not get every
 * instance killed. *Is it ready?* asks whether calls should be sent here. A failed health check
 * makes a service degraded, not the process unready: the supervisor is the one to mend it.
 */

export interface ProbeCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, for people. */
  readonly detail: string;
}

export interface ProbeReport {
  /** Whether every check is. */
  readonly ok: boolean;
  readonly checks: readonly ProbeCheck[];
}

export interface LivenessFacts {
  /** Time since a timer last fired on the event loop. */
  readonly loopTurnedAgoMs: number;
  /** Age at which the loop counts as stuck. Default: 10,000. */
  readonly maxLoopTurnedAgoMs?: number;
  readonly isSupervisorAlive: boolean;
}

export interface ReadinessFacts {
  readonly hasStarted: boolean;
  /** It is being stopped and takes no new calls. */
  readonly isDraining: boolean;
  /** Names of the services without which it is of no use. */
  readonly requiredServices: Iterable<string>;
  readonly isRegistered: (name: string) => boolean;
}

/** `/livez`. */
export function liveness(facts: LivenessFacts): ProbeReport {
  const { loopTurnedAgoMs, maxLoopTurnedAgoMs = 10_000, isSupervisorAlive } = facts;
  return report([
    {
      name: 'event-loop',
      ok: loopTurnedAgoMs <= maxLoopTurnedAgoMs,
      detail: `turned ${Math.round(loopTurnedAgoMs)} ms ago`,
    },
    {
      name: 'supervisor',
      ok: isSupervisorAlive,
      detail: isSupervisorAlive ? 'alive' : 'has ended',
    },
  ]);
}

/** `/readyz`. */
export function readiness(facts: ReadinessFacts): ProbeReport {
  const { hasStarted, isDraining, requiredServices, isRegistered } = facts;
  const services = [...requiredServices].map((name) => {
    const ok = isRegistered(name);
    return { name: `service ${name}`, ok, detail: ok ? 'registered' : 'not registered' };
  });
  return report([
    { name: 'started', ok: hasStarted, detail: hasStarted ? 'yes' : 'not yet' },
    { name: 'accepting', ok: !isDraining, detail: isDraining ? 'draining' : 'yes' },
    ...services,
  ]);
}

function report(checks: readonly ProbeCheck[]): ProbeReport {
  return { ok: checks.every(({ ok }) => ok), checks };
}
