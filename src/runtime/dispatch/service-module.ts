/** Makes a definition from the module that it is exported by, in whichever isolate this runs. */

import { inspect } from 'node:util';
import { ToolrigError } from '../../core/errors.ts';
import { describeLoadFailure } from '../../core/load-failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import { requireName } from '../../core/options.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { ServiceModule } from './service-host.ts';

const WHAT_TO_EXPORT = 'Export what defineService returns, or a function that returns it';

/**
 * Imports the module and calls its export with the arguments, if it is a function.
 *
 * @throws `ERR_INVALID_OPTION` with the cause, when the module cannot be loaded or the export is
 *   neither a definition nor a function that makes one
 */
export async function loadServiceModule(source: ServiceModule): Promise<ServiceDefinition> {
  const { module, export: exportName = 'default', args = [] } = source;
  requireName('module of a service', module);
  if (/^\.{1,2}\//.test(module)) {
    throw invalid(source, `it is no URL: give import.meta.resolve('${module}')`);
  }
  let namespace: Record<string, unknown>;
  let made: unknown;
  try {
    namespace = await import(module);
    const exported = namespace[exportName];
    made = typeof exported === 'function' ? await exported(...args) : exported;
  } catch (cause) {
    throw invalid(source, describeLoadFailure(cause, module), cause);
  }
  if (isDefinition(made)) return made;
  const names = Object.keys(namespace);
  const given = names.includes(exportName)
    ? `its export '${exportName}' gives ${inspect(made, { depth: 0 })}`
    : `it has no export '${exportName}'.${didYouMean(exportName, names)}`;
  throw invalid(source, `${given.replace(/\.$/, '')}. ${WHAT_TO_EXPORT}`);
}

function isDefinition(value: unknown): value is ServiceDefinition {
  const candidate = value as Partial<ServiceDefinition> | null | undefined;
  return typeof candidate?.init === 'function' && candidate.tools instanceof Map;
}

function invalid(source: ServiceModule, reason: string, cause?: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `no service can be made from ${source.module}: ${reason}`,
    { cause },
  );
}
