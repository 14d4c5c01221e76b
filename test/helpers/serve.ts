/** A `toolrig serve` under test: started, asked, and stopped with the tests that use it. */

import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { StatusDocument } from '../../src/cli/serving/status-document.ts';
import { type CliResult, type RunningCli, runCli, startCli } from './cli.ts';

const TROUBLED = fileURLToPath(new URL('./serving/troubled-service.js', import.meta.url));

/** A service entry for the troubled service. */
export function troubled(more: object = {}): object {
  return { module: TROUBLED, export: 'troubledService', ...more };
}

export interface Serving extends RunningCli {
  readonly port: number;
  /** Runs `toolrig` with TOOLRIG_PORT set to its port. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliResult>;
  start(args: readonly string[]): RunningCli;
  status(): Promise<StatusDocument>;
  /** Status code of a page. */
  get(path: string): Promise<{ readonly status: number | undefined; readonly text: string }>;
  /** Calls a service as `toolrig call` does, without the time that a program takes to start. */
  post(service: string, method: string): Promise<{ readonly status: number | undefined }>;
  /** Sends SIGTERM and waits for its end. */
  stop(): Promise<CliResult>;
}

/** Writes settings into a file, and gives its path. */
export function settingsFile(folder: string, name: string, settings: unknown): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return path;
}

/** Starts one on any free port, and waits until it serves. */
export async function startServe(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const running = startCli(['serve', '--port', '0', ...args], { env });
  const [, written] = await running.printed(/^http:\/\/127\.0\.0\.1:(\d+)/m);
  const port = Number(written);
  const at = { TOOLRIG_PORT: String(port) };
  const ask = (method: string, path: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
      const sent = request(options, (response) => {
        readAll(response).then((text) => resolve({ status: response.statusCode, text }), reject);
      });
      sent.once('error', reject);
      sent.end();
    });
  const get = (path: string) => ask('GET', path);
  return {
    ...running,
    port,
    get,
    post: (service, method) => ask('POST', `/call/${service}/${method}`),
    run: (more, moreEnv = {}) => runCli(more, { env: { ...at, ...moreEnv } }),
    start: (more) => startCli(more, { env: at }),
    status: async () => JSON.parse((await get('/status')).text) as StatusDocument,
    stop() {
      running.process.kill('SIGTERM');
      return running.result;
    },
  };
}

/** Looks again and again until `look` finds something; the test's own time limit ends it. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
