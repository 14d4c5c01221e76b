/** What `toolrig serve` does: reads the settings, runs the application, drains when it is asked to. */

import { readFileSync } from 'node:fs';
import { messageOf, ToolrigError } from '../core/errors.ts';
import {
  AuditLog,
  type Config,
  createLog,
  type Log,
  loadConfig,
  parsePolicy,
} from '../runtime/index.ts';
import { EXIT } from './exit-codes.ts';
import { TOOL } from './package-info.ts';
import { ServeApplication } from './serving/serve-application.ts';
import { startStatusServer } from './serving/status-server.ts';
import { renderTree } from './serving/status-view.ts';
import { listenForStop, type StopRequest } from './serving/stop-request.ts';
import { stderr, stdout } from './streams.ts';

/** The flags, checked one by one. */
export interface ServeFlags {
  readonly config?: string;
  readonly port?: number;
}

/**
 * Runs until it is asked to stop, and sets the exit code.
 *
 * @throws `ERR_USAGE` for settings that cannot be used, `ERR_TARGET` when the port is taken,
 *   `ERR_CHILD_START` when a service does not start
 */
export async function serve(flags: ServeFlags): Promise<void> {
  const config = readConfig(flags);
  const log = createLog({
    level: config.logs.level,
    console: process.stderr,
    ...(config.logs.file === undefined ? {} : { file: logFile(config.logs, config.logs.file) }),
  });
  const stopRequest = listenForStop();
  try {
    const audit = config.audit === undefined ? undefined : await openAudit(config.audit);
    try {
      await run(config, log, audit, stopRequest);
    } finally {
      const { dropped = 0 } = (await audit?.close()) ?? {};
      if (dropped > 0) stderr(`toolrig: ${dropped} calls are missing in the audit log\n`);
    }
  } finally {
    await log.close();
    stopRequest.release();
  }
}

async function run(
  config: Config,
  log: Log,
  audit: AuditLog | undefined,
  stopRequest: StopRequest,
): Promise<void> {
  const application = new ServeApplication(config, log, audit);
  // Before anything is started: a port that is taken costs nothing, and probes are answered.
  const { port, adminToken } = config;
  const server = await startStatusServer(application, { port, adminToken });
  try {
    const started = application.start();
    const early = await Promise.race([stopRequest.asked, started.then(() => undefined)]);
    if (early === undefined) {
      stdout(introduction(application, server.port));
      log.info({ port: server.port, pid: process.pid }, 'application started');
    }
    const ended = application.ended.then(() => undefined);
    const why = early ?? (await Promise.race([stopRequest.asked, ended]));
    if (why === undefined) {
      stderr('toolrig: the supervisor gave up: services failed more often than it allows\n');
      process.exitCode = EXIT.target;
      await application.stop();
      return;
    }
    log.info({ signal: why }, 'draining');
    const isDone = await application.stop();
    await started.catch(() => {}); // it was asked to stop before: to have started is not wanted
    log.info({ isDone }, 'application stopped');
    if (!isDone) {
      stderr(`toolrig: not all was done within ${config.drainDeadlineMs} ms; the rest was ended\n`);
    }
    process.exitCode = EXIT.pass;
  } finally {
    await server.close();
  }
}

function readConfig({ config: flag, port }: ServeFlags): Config {
  const path = flag ?? (process.env.TOOLRIG_CONFIG || undefined);
  return loadConfig({
    ...(path === undefined ? {} : { file: { path, text: readText(path) } }),
    environment: process.env,
    flags: { port },
    workingDirectory: process.cwd(),
    readText: (secret) => readFileSync(secret, 'utf8'),
    checkAccess: parsePolicy,
  }).config;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ToolrigError('ERR_USAGE', `the configuration cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function openAudit({ file, ...options }: NonNullable<Config['audit']>): Promise<AuditLog> {
  try {
    return await AuditLog.open({ path: file, ...options });
  } catch (cause) {
    throw new ToolrigError('ERR_USAGE', `the audit log cannot be opened: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function logFile({ maxFileBytes, maxFiles }: Config['logs'], path: string) {
  return {
    path,
    ...(maxFileBytes === undefined ? {} : { maxBytes: maxFileBytes }),
    ...(maxFiles === undefined ? {} : { keep: maxFiles }),
  };
}

function introduction(application: ServeApplication, port: number): string {
  const folders = [...application.temporaryFolders].map(
    ([name, folder]) =>
      `${name} serves ${folder}, which is empty and removed in the end: give it a root\n`,
  );
  return [
    `${TOOL.name} ${TOOL.version}, pid ${process.pid}\n\n`,
    renderTree(application.tree()),
    '\n',
    ...folders,
    `http://127.0.0.1:${port}  /livez /readyz /metrics /status\n`,
  ].join('');
}
