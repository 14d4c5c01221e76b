/**
 * Decides who may call what: denied unless a rule allows it, and denied whenever a rule denies it.
 *
 * Deny overrides, so the order of rules means nothing and a file can be put together from parts. A
 * decision depends on the caller's id and roles, the service, the method and the tool, and on
 * nothing else; it is remembered, up to a bound, because reading the rules costs more than a call.
 */

import { ANONYMOUS, type Caller } from './identity.ts';
import { matchesAny } from './name-pattern.ts';
import type { PolicyRule } from './policy-data.ts';

/** Decisions that are remembered; callers choose names of tools, so there is no end of them. */
const MAX_DECISIONS = 10_000;

/** Of the three names together; longer ones would take the memory of a thousand decisions. */
const MAX_NAMES_LENGTH = 1_024;

type Decisions = Map<string, Map<string, Map<string | undefined, boolean>>>;

export class AccessPolicy {
  readonly #rules: readonly PolicyRule[];
  /** By service, method and tool, for each caller; maps, so that no name can be a prototype's. */
  readonly #decisions = new Map<string, Decisions>();
  readonly #maxDecisions: number;
  #decisionCount = 0;
  /** Who asked last, as the key of the first map: made once for a caller that calls many times. */
  #lastCaller: Caller = ANONYMOUS;
  #lastKey = keyOf(ANONYMOUS);

  /** @param maxDecisions - that are remembered; all are forgotten when there is one more */
  constructor(rules: readonly PolicyRule[], maxDecisions: number = MAX_DECISIONS) {
    this.#rules = rules;
    this.#maxDecisions = maxDecisions;
  }

  /** Decisions that are remembered now. */
  get decisionCount(): number {
    return this.#decisionCount;
  }

  /**
   * Whether `caller` may make this call.
   *
   * @param tool - of a `tools/call`; `undefined` when there is none
   */
  allows(caller: Caller, service: string, method: string, tool: string | undefined): boolean {
    if (caller !== this.#lastCaller) {
      this.#lastCaller = caller;
      this.#lastKey = keyOf(caller);
    }
    const known = this.#decisions.get(this.#lastKey)?.get(service)?.get(method)?.get(tool);
    if (known !== undefined) return known;
    const isAllowed = decide(this.#rules, caller, service, method, tool);
    this.#remember(this.#lastKey, service, method, tool, isAllowed);
    return isAllowed;
  }

  #remember(
    key: string,
    service: string,
    method: string,
    tool: string | undefined,
    isAllowed: boolean,
  ): void {
    if (service.length + method.length + (tool?.length ?? 0) > MAX_NAMES_LENGTH) return;
    if (this.#decisionCount >= this.#maxDecisions) {
      this.#decisions.clear();
      this.#decisionCount = 0;
    }
    const ofCaller = getOrAdd(this.#decisions, key);
    const ofMethod = getOrAdd(getOrAdd(ofCaller, service), method);
    ofMethod.set(tool, isAllowed);
    this.#decisionCount++;
  }
}

function decide(
  rules: readonly PolicyRule[],
  caller: Caller,
  service: string,
  method: string,
  tool: string | undefined,
): boolean {
  const name = method === 'list_tools' ? 'tools/list' : method;
  let isAllowed = false;
  for (const rule of rules) {
    const { services, methods, tools, effect } = rule;
    if (services !== undefined && !matchesAny(services, service)) continue;
    if (methods !== undefined && !matchesAny(methods, name)) continue;
    if (tools !== undefined && (tool === undefined || !matchesAny(tools, tool))) continue;
    if (!isAbout(rule, caller)) continue;
    if (effect === 'deny') return false;
    isAllowed = true;
  }
  return isAllowed;
}

/** Whether an entry of a policy is about `caller`. */
export function isAbout(
  { callers, roles }: Pick<PolicyRule, 'callers' | 'roles'>,
  caller: Caller,
): boolean {
  if (callers !== undefined && matchesAny(callers, caller.id)) return true;
  return roles !== undefined && roles.some((role) => caller.roles.includes(role));
}

/** Equal for callers with the same id and roles, and for no others: quoted, so that no id can look like both. */
function keyOf({ id, roles }: Caller): string {
  return JSON.stringify([id, ...roles.toSorted()]);
}

function getOrAdd<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = map.get(key);
  if (found !== undefined) return found;
  const added = new Map<L, V>();
  map.set(key, added);
  return added;
}
