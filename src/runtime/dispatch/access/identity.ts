/**
 * Who calls. The host says who somebody is – it has checked a token, a certificate, a session –
 * and what follows from that is the policy's business.
 */

import { inspect } from 'node:util';
import { ToolrigError } from '../../../core/errors.ts';
import { requireKnownKeys, requireName } from '../../../core/options.ts';

export interface Identity {
  /** Names the caller in policies, limits and the audit log; at most 256 characters. */
  readonly id: string;
  /** Default: none. */
  readonly roles?: readonly string[];
}

/** An identity that has been checked; its parts do not change any more. */
export type Caller = Required<Identity>;

/**
 * The host itself: the health monitor, a supervisor. No policy and no limit holds for it; its
 * calls are audited as those of `system`. It is this object that counts, not its name.
 */
export const SYSTEM: Identity = Object.freeze({ id: 'system', roles: Object.freeze([]) });

/** Whoever calls without an identity. */
export const ANONYMOUS: Caller = Object.freeze({ id: 'anonymous', roles: Object.freeze([]) });

const RESERVED_IDS: readonly string[] = [SYSTEM.id, ANONYMOUS.id];
const MAX_ID_LENGTH = 256;

/**
 * A checked copy of an identity; `SYSTEM` is itself.
 *
 * @throws `ERR_INVALID_OPTION` for an id that is empty, too long or reserved, and for roles that are
 *   no list of names
 */
export function checkIdentity(identity: Identity): Caller {
  if (identity === SYSTEM) return SYSTEM as Caller;
  const given: unknown = identity; // the check would take its type away
  requireKnownKeys('the identity', given, ['id', 'roles']);
  const { id } = identity;
  // Its own alone: a role must not come out of a prototype that somebody has tampered with.
  const roles = Object.hasOwn(identity, 'roles') ? (identity.roles ?? []) : [];
  requireName('id', id);
  if (id.length > MAX_ID_LENGTH) {
    throw invalid(`id must have at most ${MAX_ID_LENGTH} characters, got ${id.length}`);
  }
  if (RESERVED_IDS.includes(id)) {
    throw invalid(`id must not be '${id}', which is reserved${hintFor(id)}`);
  }
  if (!Array.isArray(roles)) throw invalid(`roles must be a list of names, got ${inspect(roles)}`);
  const names = roles.map((role, index) => requireName(`roles[${index}]`, role));
  return Object.freeze({ id, roles: Object.freeze(names) });
}

function hintFor(id: string): string {
  return id === SYSTEM.id ? ': pass SYSTEM itself' : ': call without an identity';
}

function invalid(message: string): ToolrigError {
  return new ToolrigError('ERR_INVALID_OPTION', message);
}
