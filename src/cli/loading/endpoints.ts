/**
 * The servers that a load is for, from the words of the command line: addresses, each under a name where there are several,
 * and what follows `--`, a command.
 *
 *   http://127.0.0.1:3000/mcp        old=http://127.0.0.1:3000/mcp new=http://127.0.0.1:3001/mcp        -- node server.js
 */

import { ToolrigError } from '../../core/errors.ts';
import type { Endpoint } from '../../harness/variants/endpoint.ts';

/** A server under the name of its row in tables. */
export interface NamedEndpoint {
  readonly name: string;
  readonly endpoint: Endpoint;
}

export interface EndpointOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Hosts that may be loaded beside this machine. */
  readonly allowedHosts: readonly string[];
}

const NAMED = /^([\w-]+)=(https?:\/\/.*)$/s;
/** In the forms that `URL` gives them: 127.0.0.0/8, ::1, the name that means them, and what servers say that listen everywhere. */
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost|0\.0\.0\.0)$/;

/**
 * All of them; a single one is called `http` or `stdio`.
 *
 * @param targets - addresses, with `name=` before them or not
 * @param command - program and arguments; empty for none
 * @throws `ERR_USAGE` when there is none, for what is no address, for names that are missing or there twice, and for a
 *   host that is not this machine and was not allowed
 */
export function endpointsOf(
  targets: readonly string[],
  command: readonly string[],
  options: EndpointOptions,
): NamedEndpoint[] {
  const endpoints = targets.map((target) => httpEndpoint(target, targets.length, options));
  if (command.length > 0) endpoints.push({ name: 'stdio', endpoint: { kind: 'stdio', command } });
  if (endpoints.length === 0) {
    throw usage(
      'there is no target: give the address of an MCP server, or -- and the command that starts one, ' +
        'as in toolrig load --tool add -- node server.js',
    );
  }
  const names = endpoints.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`two targets are named '${twice}': name each once`);
  return endpoints;
}

function httpEndpoint(
  target: string,
  count: number,
  { headers, allowedHosts }: EndpointOptions,
): NamedEndpoint {
  const [, name, address = target] = NAMED.exec(target) ?? [];
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    throw usage(
      `a target must be the address of an MCP server, such as http://127.0.0.1:3000/mcp, got '${target}'; ` +
        'a command goes after --, as in toolrig load --tool add -- node server.js',
    );
  }
  if (name === undefined && count > 1) {
    throw usage(`several targets need a name each: old=${target} instead of ${target}`);
  }
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    throw usage("an address must not hold a password: give --header 'Authorization: Basic …'");
  }
  requireConsent(url, allowedHosts);
  return { name: name ?? 'http', endpoint: { kind: 'http', url: url.href, headers } };
}

/** A load is an attack on whoever has not agreed to it. */
function requireConsent({ hostname }: URL, allowedHosts: readonly string[]): void {
  if (LOOPBACK.test(hostname) || allowedHosts.includes(hostname)) return;
  throw usage(
    `${hostname} is not this machine, and nobody may load a server of others: if it is yours, or its owner has agreed, ` +
      `say so with --allow-host ${hostname}`,
  );
}

function usage(message: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', message);
}
