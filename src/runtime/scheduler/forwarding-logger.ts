/** Sends what a service logs to the host, whose logger writes it; with the service's fields already in it. */

import { inspect } from 'node:util';
import type { Logger } from '../telemetry/logger.ts';
import { GUEST_FRAME } from './frames.ts';
import type { Link } from './link.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export class ForwardingLogger implements Logger {
  readonly #link: Link;
  readonly #service: number;
  readonly #fields: object;

  constructor(link: Link, service: number, fields: object = {}) {
    this.#link = link;
    this.#service = service;
    this.#fields = fields;
  }

  debug(fields: object, message: string): void {
    this.#send('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#send('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#send('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#send('error', fields, message);
  }

  child(fields: object): Logger {
    return new ForwardingLogger(this.#link, this.#service, { ...this.#fields, ...fields });
  }

  #send(level: LogLevel, fields: object, message: string): void {
    const all = { ...this.#fields, ...fields };
    try {
      this.#link.send(GUEST_FRAME.log, 0, this.#service, [level, all, message]);
    } catch {
      // Something in the fields cannot leave this isolate: what can be written as text can.
      this.#link.send(GUEST_FRAME.log, 0, this.#service, [
        level,
        { fields: inspect(all) },
        message,
      ]);
    }
  }
}
