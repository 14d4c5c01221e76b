/**
 * The program of a child process that hosts services and serves them by MCP.
 *
 *   node child-main.js '{ "mode": "stdio", "services": [{ "module": "file:…", "export": "…" }] }'
 *
 * It tells its parent over IPC that it is ready (or what failed, before it exits with 1), answers
 * questions about what it has used, and ends when the parent does, when its stdin ends (stdio) or
 * when it is disconnected. Without a parent's IPC channel the same words go to stderr.
 *
 * A crash of the process is not softened: the parent sees it, and so do the callers.
 */

import { messageOf, ToolrigError } from '../core/errors.ts';
import { loadServiceModule, NativeTransport, type ServiceDefinition } from '../runtime/index.ts';
import {
  type ChildConfig,
  type ChildReport,
  type ChildRequest,
  type ChildServiceSpec,
  parseChildConfig,
} from './child-config.ts';
import { capabilitiesOf, createSdkServer } from './sdk-server.ts';

const transport = new NativeTransport();
const definitions = new Map<string, ServiceDefinition>();
/** What serves the clients; closing it aborts the calls in flight. */
let front: { close(): Promise<void> } | undefined;
let isStopping = false;

function report(message: ChildReport): Promise<void> {
  return new Promise((resolve) => {
    // An error means that the parent is gone; `disconnect` deals with that.
    if (process.send !== undefined) process.send(message, () => resolve());
    else process.stderr.write(`${JSON.stringify(message)}\n`, () => resolve());
  });
}

async function stop(exitCode: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await front?.close();
  await transport.stop();
  process.exit(exitCode);
}

async function startService(spec: ChildServiceSpec): Promise<void> {
  const { module, export: exported, options } = spec;
  let name = spec.name ?? exported;
  try {
    const definition = await loadServiceModule({ module, export: exported, args: [options] });
    name = spec.name ?? definition.name;
    await transport.start(definition, name);
    definitions.set(name, definition);
  } catch (cause) {
    throw new ToolrigError('ERR_TARGET', `service '${name}': ${messageOf(cause)}`, { cause });
  }
}

function serverFor(name: string) {
  const definition = definitions.get(name);
  const options = definition === undefined ? {} : { capabilities: capabilitiesOf(definition) };
  return createSdkServer(transport, name, options);
}

async function serveStdio(): Promise<void> {
  const [name] = definitions.keys();
  // The SDK adds a `drain` and an `error` listener for each reply that waits, and Node takes more
  // than ten for a leak: a warning on stderr for every burst of calls.
  process.stdout.setMaxListeners(0);
  const server = serverFor(name as string);
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an SDK server is no EventTarget
  server.onclose = () => void stop(0);
  front = server;
  const { StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  await server.connect(new StdioServerTransport());
}

async function main({ mode, services }: ChildConfig): Promise<void> {
  for (const spec of services) await startService(spec);
  if (mode === 'stdio') {
    await serveStdio();
    await report({ type: 'ready' });
  } else {
    const { startHttpServer } = await import('./http-server.ts');
    const http = await startHttpServer(serverFor);
    front = http;
    await report({ type: 'ready', port: http.port });
  }
}

// Ctrl-C reaches every process of the terminal's group; the parent decides when this one ends.
if (process.connected) process.on('SIGINT', () => {});
process.once('disconnect', () => void stop(0));
process.on('message', ({ type }: ChildRequest) => {
  if (type === 'stop') void stop(0);
  else void report({ type, cpuUsage: process.cpuUsage(), rssBytes: process.memoryUsage.rss() });
});

try {
  await main(parseChildConfig(process.argv[2]));
} catch (thrown) {
  await report({ type: 'failed', message: messageOf(thrown) });
  await stop(1);
}
