/** Makes a definition from the module that it is exported by, in whichever isolate this runs. */

import { inspect } from 'node:util';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { requireName } from '../../core/options.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { ServiceModule } from './service-host.ts';

/**
 * Imports the module and calls its export with the arguments, if it is a function.
 *
 * @throws `ERR_INVALID_OPTION` with the cause, when the module cannot be loaded or the export is
 *   neither a definition nor a function that makes one
 */
export async function loadServiceModule(source: ServiceModule): Promise<ServiceDefinition> {
  const { module, export: exportName = 'default', args = [] } = source;
  requireName('module of a service', module);
  let made: unknown;
  try {
    const namespace = (await import(module)) as Record<string, unknown>;
    const exported = namespace[exportName];
    made = typeof exported === 'function' ? await exported(...args) : exported;
  } catch (cause) {
    throw invalid(source, messageOf(cause), cause);
  }
  if (isDefinition(made)) return made;
  throw invalid(source, `its export '${exportName}' gives ${inspect(made, { depth: 0 })}`);
}

function isDefinition(value: unknown): value is ServiceDefinition {
  const candidate = value as Partial<ServiceDefinition> | null | undefined;
  return typeof candidate?.init === 'function' && candidate.tools instanceof Map;
}

function invalid(source: ServiceModule, reason: string, cause?: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `no service can be made from ${source.module}: ${reason}. It must export what defineService ` +
      'returns, or a function that returns it.',
    { cause },
  );
}
