/**
 * A server that we did not write and, over HTTP, did not start: an address, or the command that starts it. It is
 * asked what it has before it is called, so that a misspelled tool is not a table of failures.
 */

import { messageOf, ToolrigError } from '../../core/errors.ts';
import {
  type Caller,
  CommandHost,
  connectStdio,
  HttpCaller,
  misfitOf,
  requireTool,
} from '../../mcp/index.ts';
import { GIVE_UP_MS } from '../load/answer-watch.ts';
import type { JoinServers, Target, TargetUsage, Variant } from '../load/target.ts';
import { NO_USAGE } from '../load/target.ts';
import { SERVER } from '../load/tool-scenario.ts';
import { processUsage, tellsProcessUsage } from './process-usage.ts';
import { type Backing, callersTarget } from './sdk-callers.ts';

/** Where it is, or what starts it. */
export type Endpoint =
  | {
      readonly kind: 'http';
      readonly url: string;
      /** Sent with every request. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'stdio';
      /** Program and arguments. */
      readonly command: readonly string[];
    };

/** What is going to be asked of it. */
export interface EndpointCalls {
  readonly tool: string;
  /** All sets of arguments. */
  readonly inputs: readonly object[];
  /** Time that a call has, in ms. */
  readonly timeoutMs: number;
}

/** What {@link joinEndpoint} needs to know. */
interface JoinOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** From the deadline of a call until it is given up. */
const PATIENCE_MS = 1_000;
const FORBIDDEN_HINT = "Show who you are: --header 'Authorization: Bearer TOKEN'";
const TIMEOUT_HINT = 'Allow more with --timeout.';
/** Of a server that is none of our processes. */
const NOT_OURS: Backing = { usage: async () => NO_USAGE, stop: async () => {} };
/** Nobody tells us of its end but calls that fail. */
const NEVER = new Promise<never>(() => {});

/** The way to reach a server, under a name of its own. */
export function endpointVariant(name: string, endpoint: Endpoint, calls: EndpointCalls): Variant {
  return endpoint.kind === 'http'
    ? { name, reach: 'network', open: () => openHttp(endpoint, calls) }
    : { name, reach: 'pipe', open: () => openCommand(endpoint.command, calls) };
}

async function openHttp(
  { url, headers }: Extract<Endpoint, { kind: 'http' }>,
  calls: EndpointCalls,
): Promise<Target> {
  const options: JoinOptions = { url, headers, timeoutMs: calls.timeoutMs };
  const caller = await connectedHttp(options).catch((cause: unknown) => {
    throw unreachable(url, cause);
  });
  try {
    await requireFit(caller, calls);
  } catch (error) {
    await caller.close();
    throw error;
  }
  return {
    ...targetOf(caller, NOT_OURS, calls.timeoutMs, () => connectedHttp(options)),
    usageOf: 'caller',
    shared: { module: import.meta.url, export: joinEndpoint.name, options, ended: NEVER },
  };
}

/** Connects to a server of {@link endpointVariant} by its address. */
export const joinEndpoint: JoinServers = async (options) => {
  const join = () => connectedHttp(options as JoinOptions);
  return targetOf(await join(), NOT_OURS, (options as JoinOptions).timeoutMs, join);
};

async function openCommand(command: readonly string[], calls: EndpointCalls): Promise<Target> {
  const hosts: CommandHost[] = [];
  const connect = async (): Promise<Caller> => {
    const host = await CommandHost.start(command);
    hosts.push(host);
    try {
      return await connectStdio(host, { timeoutMs: calls.timeoutMs, timeoutHint: TIMEOUT_HINT });
    } catch (cause) {
      await host.stop({ timeoutMs: 200 });
      throw unreachable(command.join(' '), cause, host.lastWords);
    }
  };
  const backing = commandBacking(hosts);
  const caller = await connect();
  try {
    await requireFit(caller, calls);
  } catch (error) {
    await caller.close();
    await backing.stop();
    throw error;
  }
  const target = targetOf(caller, backing, calls.timeoutMs, connect);
  return tellsProcessUsage() ? target : { ...target, usageOf: 'caller' };
}

function connectedHttp({ url, headers, timeoutMs }: JoinOptions): Promise<Caller> {
  return HttpCaller.connect(new URL(url), { headers, timeoutMs, timeoutHint: TIMEOUT_HINT });
}

function targetOf(
  caller: Caller,
  backing: Backing,
  timeoutMs: number,
  connect: () => Promise<Caller>,
): Target {
  const target = callersTarget(new Map([[SERVER, caller]]), backing, connect);
  return { ...target, giveUpMs: Math.max(GIVE_UP_MS, timeoutMs + PATIENCE_MS) };
}

/** Checks that the tool is there and takes the arguments. Throws `ERR_USAGE`. */
async function requireFit(caller: Caller, { tool, inputs }: EndpointCalls): Promise<void> {
  const listed = await requireTool(caller, tool);
  for (const [index, input] of inputs.entries()) {
    const misfit = misfitOf(listed, input);
    if (misfit === undefined) continue;
    const which =
      inputs.length === 1 ? 'the arguments' : `arguments ${index + 1} of ${inputs.length}`;
    throw new ToolrigError('ERR_USAGE', `${which} do not fit tool '${tool}': ${misfit}`);
  }
}

/** What the processes that were started have used; it only grows. */
function commandBacking(hosts: readonly CommandHost[]): Backing {
  let most: TargetUsage = NO_USAGE;
  let isEndSeen = false;
  return {
    async usage() {
      const ended = hosts.find(({ hasEnded }) => hasEnded);
      if (ended !== undefined) {
        // The block in which it ended is kept, with the calls that it did not answer; another is not begun.
        if (!isEndSeen) {
          isEndSeen = true;
          return most;
        }
        throw new ToolrigError('ERR_TARGET', `the server is gone: ${ended.describeExit()}`);
      }
      const usages = hosts.map(({ pid }) => processUsage(pid));
      const cpuNs = usages.reduce((sum, each) => sum + each.cpuNs, 0);
      const rssBytes = usages.reduce((sum, each) => sum + each.rssBytes, 0);
      most = { cpuNs: Math.max(most.cpuNs, cpuNs), rssBytes };
      return most;
    },
    async stop() {
      await Promise.all(hosts.map((host) => host.stop()));
    },
  };
}

/** @param lastWords - what it wrote before it failed */
function unreachable(server: string, cause: unknown, lastWords = ''): ToolrigError {
  const data = cause instanceof ToolrigError ? cause.data : undefined;
  const isForbidden = (data as { code?: unknown } | undefined)?.code === 'ERR_FORBIDDEN';
  const more = isForbidden ? `. ${FORBIDDEN_HINT}` : lastWords === '' ? '' : `\n${lastWords}`;
  return new ToolrigError('ERR_TARGET', `${server}: ${messageOf(cause)}${more}`, { cause });
}
