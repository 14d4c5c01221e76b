/**
 * What a supervisor must know of a child: how to start it, when to start it again, how to stop it.
 *
 * The words and the defaults are those of Erlang's `supervisor`. A spec is checked once, when it is
 * given; every refusal names the child and the option.
 */

import { ToolrigError } from '../../core/errors.ts';
import {
  requireFunction,
  requireInteger,
  requireKnownKeys,
  requireName,
  requireOneOf,
} from '../../core/options.ts';
import type { ChildNode } from './child-node.ts';
import type { StartChild } from './running-child.ts';

/** `permanent`: always started again; `transient`: after an abnormal end; `temporary`: never. */
export type Restart = 'permanent' | 'transient' | 'temporary';
const RESTARTS = ['permanent', 'transient', 'temporary'] as const satisfies Restart[];

/**
 * Milliseconds between asking a child to end and killing it; `'infinity'` waits, `'brutal_kill'`
 * does not ask.
 */
export type Shutdown = number | 'brutal_kill' | 'infinity';

export type ChildType = 'worker' | 'supervisor';
const CHILD_TYPES = ['worker', 'supervisor'] as const satisfies ChildType[];

/** When a supervisor ends because its significant children have ended of themselves. */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';

export interface ChildOptions {
  /** Default: `'permanent'`. */
  readonly restart?: Restart;
  /** Default: 5,000 for a worker, `'infinity'` for a supervisor. */
  readonly shutdown?: Shutdown;
  /** Default: `'worker'`. */
  readonly type?: ChildType;
  /**
   * Whether its end can end the supervisor. Needs the supervisor's `autoShutdown` and a child that is
   * not permanent. Default: `false`.
   */
  readonly significant?: boolean;
  /** The name under which a service child is registered, for the tree. */
  readonly service?: string;
  /** What will run beneath a supervisor child, for the tree while it is down. */
  readonly outline?: () => readonly ChildNode[];
}

export interface ChildSpec extends ChildOptions {
  /** Unique among the children of its supervisor. */
  readonly id: string;
  readonly start: StartChild;
}

/** A spec with its defaults filled in. */
export interface CheckedSpec {
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: Shutdown;
  readonly type: ChildType;
  readonly significant: boolean;
  readonly service: string | undefined;
  readonly outline: (() => readonly ChildNode[]) | undefined;
}

const SPEC_KEYS = [
  'id',
  'start',
  'restart',
  'shutdown',
  'type',
  'significant',
  'service',
  'outline',
] as const satisfies (keyof ChildSpec)[];

/**
 * Checks everything but the start's own signature and fills in the defaults.
 *
 * @throws `ERR_INVALID_OPTION`; its `data` is `{ child, option }`
 */
export function checkSpec(
  spec: ChildOptions & { readonly id: string; readonly start: unknown },
  autoShutdown: AutoShutdown,
): CheckedSpec {
  const given = spec as typeof spec | null | undefined;
  const refuse = (option: string, reason: string, data: object = {}): never => {
    const child = given?.id ?? '?';
    throw new ToolrigError('ERR_INVALID_OPTION', `child '${child}': ${reason}`, {
      data: { child, option, ...data },
    });
  };
  const check = (option: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof ToolrigError)) throw error;
      refuse(option, error.message);
    }
  };
  check('spec', () => requireKnownKeys('child spec', given, SPEC_KEYS));
  const { id, start, restart = 'permanent', type = 'worker', significant = false } = spec;
  check('id', () => requireName('id', id));
  check('start', () => requireFunction('start', start));
  check('restart', () => requireOneOf('restart', restart, RESTARTS));
  if (typeof significant !== 'boolean') {
    refuse('significant', `significant must be true or false, got ${String(significant)}`);
  }
  if (significant && (autoShutdown === 'never' || restart === 'permanent')) {
    const reason =
      autoShutdown === 'never'
        ? "a significant child needs a supervisor whose autoShutdown is not 'never'"
        : 'a permanent child is always restarted, so it cannot be significant';
    refuse('significant', reason, { isCombination: true });
  }
  check('type', () => requireOneOf('type', type, CHILD_TYPES));
  const { shutdown = type === 'supervisor' ? 'infinity' : 5_000, service, outline } = spec;
  if (shutdown !== 'infinity' && shutdown !== 'brutal_kill') {
    if (typeof shutdown === 'string') {
      const reason = `shutdown must be ms, 'brutal_kill' or 'infinity', got '${String(shutdown)}'`;
      refuse('shutdown', reason);
    }
    check('shutdown', () => requireInteger('shutdown', shutdown, 0));
  }
  if (service !== undefined) check('service', () => requireName('service', service));
  if (outline !== undefined) check('outline', () => requireFunction('outline', outline));
  return { id, restart, shutdown, type, significant, service, outline };
}
