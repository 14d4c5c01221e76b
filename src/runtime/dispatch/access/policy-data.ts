/**
 * An access policy as data: what a configuration file may hold, checked in one go.
 *
 *   { rules: [ { effect: 'allow', roles: ['analyst'], services: ['data'], tools: ['rows', 'list_*'] },
 *              { effect: 'deny', callers: ['*'], tools: ['drop_*'] } ],
 *     limits: [ { roles: ['analyst'], ratePerSecond: 100, burst: 20, concurrency: 8 } ] }
 */

import * as z from 'zod';
import { ToolrigError } from '../../../core/errors.ts';

/** Whom an entry is about: those whose id is described by `callers`, and those with one of `roles`. */
interface PolicySubjects {
  /** Patterns of ids; `'*'` is everybody, `'anonymous'` whoever calls without an identity. */
  readonly callers?: readonly string[] | undefined;
  /** Roles, exactly. */
  readonly roles?: readonly string[] | undefined;
}

/** One rule; lists that are absent leave the matter open. Lists hold patterns, `*` for any characters. */
export interface PolicyRule extends PolicySubjects {
  readonly effect: 'allow' | 'deny';
  /** Names that services were started under. */
  readonly services?: readonly string[] | undefined;
  /** `tools/call`, `resources/*`; `list_tools` is `tools/list`. */
  readonly methods?: readonly string[] | undefined;
  /** Tools of `tools/call`; a rule with them says nothing of other methods. */
  readonly tools?: readonly string[] | undefined;
}

/** What callers may use at most; of several entries about a caller the first holds. */
export interface PolicyLimit extends PolicySubjects {
  /** Calls a second in the long run. Default: no limit. */
  readonly ratePerSecond?: number | undefined;
  /** Calls at once after a rest. Default: those of one second, at least 1. */
  readonly burst?: number | undefined;
  /** Calls that wait for their reply at a time. Default: no limit. */
  readonly concurrency?: number | undefined;
}

export interface PolicyData {
  /** What is allowed to whom; a matching `deny` wins over every `allow`, whatever their order. */
  readonly rules: readonly PolicyRule[];
  /** Default: none. */
  readonly limits?: readonly PolicyLimit[] | undefined;
}

const ABOUT_SOMEBODY = "must have callers or roles; callers: ['*'] is everybody";

function isAboutSomebody({ callers, roles }: PolicySubjects): boolean {
  return callers !== undefined || roles !== undefined;
}

/** Made for the first policy: it takes some 10 ms, and most transports have none. */
function makeSchema() {
  const names = z.array(z.string().min(1)).min(1).optional();
  const subjects = { callers: names, roles: names };
  const rule = z
    .strictObject({
      effect: z.enum(['allow', 'deny']),
      ...subjects,
      services: names,
      methods: names,
      tools: names,
    })
    .refine(isAboutSomebody, ABOUT_SOMEBODY)
    .refine(
      ({ methods, tools }) => tools === undefined || methods === undefined,
      'has both tools and methods: a rule with tools is about tools/call alone',
    );

  const limit = z
    .strictObject({
      ...subjects,
      ratePerSecond: z.number().positive().optional(),
      burst: z.int().min(1).optional(),
      concurrency: z.int().min(1).optional(),
    })
    .refine(isAboutSomebody, ABOUT_SOMEBODY)
    .refine(
      ({ ratePerSecond, concurrency }) => ratePerSecond !== undefined || concurrency !== undefined,
      'must have ratePerSecond or concurrency',
    )
    .refine(
      ({ ratePerSecond, burst }) => burst === undefined || ratePerSecond !== undefined,
      'has a burst and no ratePerSecond',
    );

  return z.strictObject({ rules: z.array(rule), limits: z.array(limit).optional() });
}

let schema: ReturnType<typeof makeSchema> | undefined = undefined;

/**
 * A checked copy of a policy.
 *
 * @throws `ERR_INVALID_OPTION` that names everything that is wrong, each with its path; `data.issues`
 *   has them as a list
 */
export function parsePolicy(data: unknown): PolicyData {
  schema ??= makeSchema();
  const { success, data: parsed, error } = schema.safeParse(data);
  if (success) return parsed;
  const issues = error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`);
  throw new ToolrigError('ERR_INVALID_OPTION', `the policy is not usable. ${issues.join('; ')}`, {
    data: { issues },
  });
}

function pathText(path: readonly PropertyKey[]): string {
  const steps = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return `policy${steps.join('')}`;
}
