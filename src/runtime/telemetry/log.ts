/**
 * Logs: one line of JSON each, written by pino, to a stream and to a file that starts anew when it
 * is full.
 *
 * Nothing here throws at whoever logs, and nothing waits: a stream that does not keep up and a disk
 * that is full cost lines, which are counted. The first failure of each outage is said once, as a
 * warning of the process. `close` writes what waits; a process that ends by `process.exit` without
 * it loses the lines of its last turn.
 *
 * pino is loaded by the first log that is made: every scheduler thread and process loads the runtime
 * when it starts, and few of them make a log.
 */

import { createRequire } from 'node:module';
import type * as Pino from 'pino';
import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { requireInteger, requireKnownKeys, requireName, requireOneOf } from '../../core/options.ts';
import { LineFile, type LineFileOptions } from './line-file.ts';
import type { Logger } from './logger.ts';

const require = createRequire(import.meta.url);

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogFileOptions {
  /** Rotated files lie beside it: `app.log.1` is the youngest. Made with mode 0600. */
  readonly path: string;
  /** Length at which a new file is started, in bytes. Default: 10 MiB. */
  readonly maxBytes?: number;
  /** Rotated files that are kept. Default: 5. */
  readonly keep?: number;
}

export interface LogOptions {
  /** Lowest level that is written. Default: `'info'`. */
  readonly level?: LogLevel;
  /** Where lines go as they come: `process.stdout`. Default: nowhere. */
  readonly console?: NodeJS.WritableStream;
  /** Default: no file. */
  readonly file?: LogFileOptions;
  /** What every line says beside its own. Default: nothing. */
  readonly fields?: object;
  /** Paths of fields that are blotted out, in pino's notation: `user.password`. Default: none. */
  readonly redact?: readonly string[];
  /** Bytes that may wait for a slow or full destination; lines beyond are lost. Default: 8 MiB. */
  readonly maxQueueBytes?: number;
  /** Hears of the first failure of each outage. Default: a warning of the process, on stderr. */
  readonly onFailure?: (error: Error) => void;
  readonly clock?: Clock;
  /** Opens the file; for tests. Default: the file system's. */
  readonly openFile?: LineFileOptions['openFile'];
}

/** A logger with an end. */
export interface Log extends Logger {
  /** Lines that a destination did not take. */
  readonly lostLines: number;
  /** Writes what waits, for 5 s at most, and lets go of the file. Idempotent. */
  close(): Promise<void>;
}

/** Time that a destination has to take what waits for it. */
const CLOSE_MS = 5_000;
const OPTION_KEYS = [
  'level',
  'console',
  'file',
  'fields',
  'redact',
  'maxQueueBytes',
  'onFailure',
  'clock',
  'openFile',
] as const satisfies (keyof LogOptions)[];

const FILE_KEYS = ['path', 'maxBytes', 'keep'] as const satisfies (keyof LogFileOptions)[];

/**
 * A log that fits wherever a {@link Logger} does.
 *
 * @throws `ERR_INVALID_OPTION` for options that make no sense
 */
export function createLog(options: LogOptions = {}): Log {
  const given: unknown = options; // the check would take its type away
  requireKnownKeys('the options of the log', given, OPTION_KEYS);
  const { level = 'info', fields, redact = [] } = options;
  requireOneOf('level', level, LOG_LEVELS);
  const destination = new Destination(options);
  const { pino, stdTimeFunctions } = require('pino') as typeof Pino;
  const logger = pino(
    {
      level,
      base: fields ?? null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: [...redact],
    },
    destination,
  );
  return new PinoLog(logger, destination);
}

class PinoLog implements Log {
  readonly #logger: Pino.Logger;
  readonly #destination: Destination;

  constructor(logger: Pino.Logger, destination: Destination) {
    this.#logger = logger;
    this.#destination = destination;
  }

  debug(fields: object, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: object, message: string): void {
    this.#logger.info(fields, message);
  }

  warn(fields: object, message: string): void {
    this.#logger.warn(fields, message);
  }

  error(fields: object, message: string): void {
    this.#logger.error(fields, message);
  }

  child(fields: object): Logger {
    return this.#logger.child(fields);
  }

  get lostLines(): number {
    return this.#destination.lostLines;
  }

  close(): Promise<void> {
    return this.#destination.close();
  }
}

/** Where pino's lines go: a stream, a file, both or neither. */
class Destination {
  lostLines = 0;
  readonly #stream: NodeJS.WritableStream | undefined;
  readonly #file: LineFile | undefined;
  readonly #maxQueueBytes: number;
  readonly #onFailure: (error: Error) => void;
  readonly #clock: Clock;
  /** A stream that failed is not written to again: Node's are destroyed by then. */
  #isStreamBroken = false;

  constructor(options: LogOptions) {
    const { maxQueueBytes = 8 * 1024 * 1024, onFailure = warnOfFailure } = options;
    this.#maxQueueBytes = requireInteger('maxQueueBytes', maxQueueBytes, 1);
    this.#onFailure = onFailure;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#file = options.file === undefined ? undefined : openLogFile(options.file, options);
    this.#stream = options.console;
    this.#stream?.on('error', this.#onStreamError);
  }

  write(line: string): void {
    if (this.#stream !== undefined) this.#writeToStream(this.#stream, line);
    if (this.#file !== undefined) {
      const isTaken = this.#file.queuedBytes < this.#maxQueueBytes && this.#file.write(line);
      if (!isTaken) this.lostLines++;
    }
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    if (stream !== undefined && !this.#isStreamBroken) {
      await new Promise<void>((resolve) => {
        // One that nobody reads never says that it has written.
        const limit = this.#clock.createTimer(CLOSE_MS, resolve);
        limit.start();
        stream.write('', () => {
          limit.stop();
          resolve();
        });
      });
    }
    const lost = (await this.#file?.close(CLOSE_MS)) ?? 0;
    this.lostLines += lost;
    if (lost > 0) this.#onFailure(new Error(`${lost} lines could not be written before the end`));
    stream?.off('error', this.#onStreamError);
  }

  #writeToStream(stream: NodeJS.WritableStream, line: string): void {
    const waiting = (stream as { readonly writableLength?: number }).writableLength ?? 0;
    if (this.#isStreamBroken || waiting > this.#maxQueueBytes) this.lostLines++;
    else stream.write(line);
  }

  readonly #onStreamError = (error: Error): void => {
    this.lostLines++;
    if (!this.#isStreamBroken) this.#onFailure(error);
    this.#isStreamBroken = true;
  };
}

function openLogFile(file: LogFileOptions, options: LogOptions): LineFile {
  const given: unknown = file; // the check would take its type away
  requireKnownKeys('file', given, FILE_KEYS);
  const { maxBytes = 10 * 1024 * 1024, keep = 5 } = file;
  return new LineFile({
    path: requireName('file.path', file.path),
    rotation: {
      maxBytes: requireInteger('file.maxBytes', maxBytes, 1),
      keep: requireInteger('file.keep', keep, 1),
    },
    onFailure: options.onFailure ?? warnOfFailure,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.openFile === undefined ? {} : { openFile: options.openFile }),
  });
}

function warnOfFailure(error: Error): void {
  process.emitWarning(`log lines are kept back or lost: ${error.message}`, 'ToolrigWarning');
}
