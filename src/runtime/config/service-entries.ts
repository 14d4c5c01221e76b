/**
 * The entries of `services`: which schema each is checked against. That depends on what the entry
 * says it is, so it is settled before the schema of the whole is made.
 */

import { z } from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import type { ConfigProblem, Read } from './config-problem.ts';
import { REFERENCE_SERVICES, SERVICE_SCHEMAS, type ServiceKind } from './config-schema.ts';
import { isTree, type Settings, sourceOf } from './layers.ts';
import { shapeOf } from './marks.ts';

const NAME = /^[A-Za-z][\w.-]{0,63}$/;
const KINDS = Object.keys(SERVICE_SCHEMAS) as ServiceKind[];

/** Settings that any kind of service has, for those whose kind is not known yet. */
const ANY_SERVICE = z.strictObject(
  Object.assign({}, ...Object.values(SERVICE_SCHEMAS).map(shapeOf)) as Record<string, z.ZodType>,
);

/** The services of a file; the reference services when it has none. */
export function servicesOf(tree: Readonly<Record<string, unknown>>): unknown {
  if (tree.services !== undefined) return tree.services;
  return Object.fromEntries(REFERENCE_SERVICES.map((name) => [name, {}]));
}

/** A schema in which an environment variable finds any setting of these services. */
export function anyServiceShape(services: unknown): Record<string, z.ZodType> {
  const names = isTree(services) ? Object.keys(services) : [];
  return Object.fromEntries([...REFERENCE_SERVICES, ...names].map((name) => [name, ANY_SERVICE]));
}

/** The schema of each service, by its name; what cannot be told is a problem and gets none. */
export function serviceShape(settings: Settings): Read<Record<string, z.ZodType>> {
  const services = settings.tree.services;
  const problems: ConfigProblem[] = [];
  const found: [string, z.ZodType][] = [];
  for (const [name, entry] of isTree(services) ? Object.entries(services) : []) {
    const problem = NAME.test(name) ? kindProblem(name, entry) : BAD_NAME;
    if (problem === undefined) {
      found.push([name, SERVICE_SCHEMAS[kindOf(name, entry) as ServiceKind]]);
    } else {
      problems.push({
        path: `services.${name}`,
        source: sourceOf(settings, ['services', name]),
        message: problem,
      });
      found.push([name, z.unknown()]);
    }
  }
  return { found: Object.fromEntries(found), problems };
}

const BAD_NAME =
  'a name begins with a letter and has at most 64 letters, digits, dots, dashes and underscores';

function kindProblem(name: string, entry: unknown): string | undefined {
  if (!isTree(entry)) return 'must be an object';
  const kind = kindOf(name, entry);
  if (kind === undefined) return "does not say which service it is: give its 'module'";
  if (typeof kind !== 'string') return "'service' must be a string";
  if (!Object.hasOwn(SERVICE_SCHEMAS, kind)) {
    return `there is no service '${kind}'.${didYouMean(kind, KINDS)}`;
  }
  return undefined;
}

function kindOf(name: string, entry: unknown): unknown {
  if (!isTree(entry)) return undefined;
  if (entry.service !== undefined) return entry.service;
  if (entry.module !== undefined) return 'module';
  return REFERENCE_SERVICES.find((each) => each === name);
}
