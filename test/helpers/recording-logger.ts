/** A logger that remembers what was written to it and to its children. */

import type { Logger } from '../../src/runtime/telemetry/logger.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

export class RecordingLogger implements Logger {
  readonly lines: LogLine[];
  readonly #bound: object;

  constructor(lines: LogLine[] = [], bound: object = {}) {
    this.lines = lines;
    this.#bound = bound;
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message);
  }

  child(fields: object): Logger {
    return new RecordingLogger(this.lines, { ...this.#bound, ...fields });
  }

  #write(level: LogLine['level'], fields: object, message: string): void {
    this.lines.push({ level, fields: { ...this.#bound, ...fields }, message });
  }
}
