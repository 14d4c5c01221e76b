/**
 * A supervisor as a child of another, made anew at each start: what was added to it by hand, and the
 * children of a dynamic one, are gone after a restart, as in OTP.
 */

import { ToolrigError } from '../../core/errors.ts';
import type { ChildNode } from './child-node.ts';
import type { ChildOptions, ChildSpec } from './child-spec.ts';
import type { StartResult } from './running-child.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

/** What an init returns to make a supervisor. */
export interface SupervisorInit extends SupervisorOptions {
  readonly children: readonly ChildSpec[];
}

/**
 * The spec of a supervisor beneath another.
 *
 * @param init - what it supervises, or a function that says so at each start; `'ignore'` for nothing
 * @param options - of the child; `type` is `'supervisor'`
 */
export function supervisorChild(
  id: string,
  init: SupervisorInit | (() => SupervisorInit | 'ignore' | Promise<SupervisorInit | 'ignore'>),
  options: Omit<ChildOptions, 'type' | 'outline' | 'service'> = {},
): ChildSpec {
  let last: Supervisor | undefined;
  return {
    ...options,
    id,
    type: 'supervisor',
    start: async (signal) => {
      const made = typeof init === 'function' ? await init() : init;
      if (made === 'ignore') return made;
      last = new Supervisor(...argumentsOf(id, made));
      return started(last, signal);
    },
    outline: () => last?.tree().children ?? outlineOf(id, init),
  };
}

async function started(supervisor: Supervisor, signal: AbortSignal): Promise<StartResult> {
  const kill = (): void => supervisor.kill();
  signal.addEventListener('abort', kill, { once: true });
  try {
    await supervisor.start();
  } finally {
    signal.removeEventListener('abort', kill);
  }
  return supervisor;
}

function argumentsOf(id: string, init: SupervisorInit): [readonly ChildSpec[], SupervisorOptions] {
  const given = init as Partial<SupervisorInit> | null | undefined;
  if (!Array.isArray(given?.children)) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `the init of supervisor '${id}' must return { children: [...], ...options } or 'ignore'`,
      { data: { option: 'init' } },
    );
  }
  const { children, ...options } = init;
  return [children, { name: id, ...options }];
}

/** Before the first start, of an init that is plain data. */
function outlineOf(id: string, init: unknown): readonly ChildNode[] {
  if (typeof init === 'function') return [];
  return new Supervisor(...argumentsOf(id, init as SupervisorInit)).tree().children ?? [];
}
