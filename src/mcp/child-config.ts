/** What a parent tells its child to host, and what the two say over IPC. Plain JSON, checked on arrival. */

import { ToolrigError } from '../core/errors.ts';
import { requireKnownKeys, requireName, requireOneOf } from '../core/options.ts';

const CHILD_MODES = ['stdio', 'http'] as const;
/** How a child is reached: its own stdin and stdout, or Streamable HTTP on 127.0.0.1. */
export type ChildMode = (typeof CHILD_MODES)[number];

/** Where a child finds a service: a module that exports a function that makes its definition. */
export interface ChildServiceSpec {
  /** `file:` URL of the module. */
  readonly module: string;
  /** Name of the exported function; it is called with `options` and may be asynchronous. */
  readonly export: string;
  /** Argument of the function; must survive JSON. */
  readonly options?: unknown;
  /** Name to start the service under. Default: its definition's. */
  readonly name?: string;
}

export interface ChildConfig {
  readonly mode: ChildMode;
  /** `stdio` presents the first of them; the others are there for it to talk to. */
  readonly services: readonly ChildServiceSpec[];
}

/** From child to parent. */
export type ChildReport =
  | { readonly type: 'ready'; readonly port?: number }
  | { readonly type: 'failed'; readonly message: string }
  | ({ readonly type: 'usage' } & ChildUsage);

/** What a child process has used since its start. */
export interface ChildUsage {
  /** Microseconds, as `process.cpuUsage()`. */
  readonly cpuUsage: { readonly user: number; readonly system: number };
  readonly rssBytes: number;
}

/** From parent to child. */
export interface ChildRequest {
  readonly type: 'usage' | 'stop';
}

/** Checks a config that came as text. Throws `ERR_INVALID_OPTION`. */
export function parseChildConfig(text: string | undefined): ChildConfig {
  let config: unknown;
  try {
    config = JSON.parse(text ?? '');
  } catch (cause) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `the child needs one argument, a JSON object { mode, services }, got ${text ?? 'none'}`,
      { cause },
    );
  }
  requireKnownKeys('the child config', config, ['mode', 'services']);
  const { mode, services } = config;
  requireOneOf('mode', mode, CHILD_MODES);
  if (!Array.isArray(services) || services.length === 0) {
    throw new ToolrigError('ERR_INVALID_OPTION', 'services must be an array of at least one');
  }
  for (const [index, service] of services.entries()) {
    requireKnownKeys(`services[${index}]`, service, ['module', 'export', 'options', 'name']);
    requireName(`services[${index}].module`, service['module']);
    requireName(`services[${index}].export`, service['export']);
  }
  return config as unknown as ChildConfig;
}
