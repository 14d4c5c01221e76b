/** What `toolrig load` does: makes a scenario of the flags, a variant of each target, and has them measured as any other. */

import { ToolrigError } from '../core/errors.ts';
import { isOpen, type Load } from '../harness/load/load.ts';
import type { PlannedScenario } from '../harness/load/prepare-scenario.ts';
import { toolScenario } from '../harness/load/tool-scenario.ts';
import { endpointVariant } from '../harness/variants/endpoint.ts';
import { commandLine } from './command-line.ts';
import { type LoadFlags, loadOf } from './load-of.ts';
import { endpointsOf } from './loading/endpoints.ts';
import { parseHeaders, withoutSecrets } from './loading/headers.ts';
import { toolInputs } from './loading/tool-inputs.ts';
import { type MeasuredRunFlags, runAndStore } from './measured-run.ts';

/** The arguments and flags, checked one by one. */
export interface LoadCommandFlags extends LoadFlags, MeasuredRunFlags {
  readonly target: string[];
  /** The command that starts a target. */
  readonly '--'?: string[];
  readonly tool?: string;
  readonly arguments?: string[];
  readonly expect?: string;
  readonly timeout: number;
  readonly header?: string[];
  readonly 'allow-host'?: string[];
  readonly name?: string;
}

/** Enough for an interval over rounds; a load test is about more than a cost. */
const DEFAULT_CLOSED_MS = 5_000;

/**
 * Loads the targets, and sets the exit code.
 *
 * @throws what the run failed with, after its results have been printed and stored
 */
export async function load(flags: LoadCommandFlags): Promise<void> {
  const asked = withDefaults(loadOf(flags));
  await runAndStore(() => plan(flags), flags, {
    command: commandLine(withoutSecrets(process.argv.slice(2))),
    load: asked,
    // As many calls as were asked for, and no others: they may cost something.
    ...(asked.calls === undefined ? {} : { twin: 'none' as const }),
  });
}

async function plan(flags: LoadCommandFlags): Promise<PlannedScenario[]> {
  const { target, tool = requireToolName(), timeout: timeoutMs, expect } = flags;
  const endpoints = endpointsOf(target, flags['--'] ?? [], {
    headers: parseHeaders(flags.header ?? []),
    allowedHosts: flags['allow-host'] ?? [],
  });
  const inputs = await toolInputs(flags.arguments);
  const scenario = toolScenario({
    // '/' would separate a case from its scenario.
    name: flags.name ?? tool.replaceAll('/', '-'),
    tool,
    inputs,
    ...(expect === undefined ? {} : { expect }),
  });
  const variants = endpoints.map(({ name, endpoint }) =>
    endpointVariant(name, endpoint, { tool, inputs, timeoutMs }),
  );
  return [{ scenario, variants }];
}

function requireToolName(): never {
  throw new ToolrigError(
    'ERR_USAGE',
    'name the tool to call: --tool NAME. Of a name that it does not have, a server says what it has',
  );
}

function withDefaults(asked: Load): Load {
  if (isOpen(asked) || asked.calls !== undefined) return asked;
  return { durationMs: DEFAULT_CLOSED_MS, ...asked };
}
