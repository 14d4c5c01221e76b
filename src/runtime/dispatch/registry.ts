/**
 * Service discovery: names and the services behind them.
 *
 * A name has one holder at a time, and a service that ends leaves by itself. `version` grows with
 * every change, so that a handle can keep what it looked up until something has changed.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { requireName } from '../../core/options.ts';
import type { ServiceReference } from './service-reference.ts';

/** One entry of `listServices()`. */
export interface ServiceListing {
  readonly name: string;
  readonly reference: ServiceReference;
  readonly meta: ServiceListingMeta;
}

export interface ServiceListingMeta {
  readonly registeredAt: Date;
}

export class Registry {
  readonly #clock: Clock;
  /** Two maps, so that a look-up on the hot path needs no second step. */
  readonly #references = new Map<string, ServiceReference>();
  readonly #listings = new Map<string, ServiceListing>();
  #version = 0;
  /** What was looked up last: callers tend to call one service many times. */
  #lastName = '';
  #lastReference: ServiceReference | undefined = undefined;

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /** Grows with every registration and every leave. */
  get version(): number {
    return this.#version;
  }

  /**
   * Gives `name` to a service until it ends or is unregistered. A service may have several names.
   *
   * @throws `ERR_ALREADY_REGISTERED` naming the holder, when the name is taken
   */
  register(name: string, reference: ServiceReference): void {
    this.requireFree(name);
    const meta = { registeredAt: new Date(this.#clock.wallMs()) };
    this.#references.set(name, reference);
    this.#listings.set(name, { name, reference, meta });
    this.#changed();
    reference.onLeave(() => {
      if (this.#references.get(name) === reference) this.unregister(name);
    });
  }

  /** Throws as {@link register} would. */
  requireFree(name: string): void {
    requireName('name', name);
    const holder = this.#listings.get(name);
    if (holder !== undefined) {
      throw new ToolrigError(
        'ERR_ALREADY_REGISTERED',
        `the name '${name}' is held by service '${holder.reference.name}' since ` +
          `${holder.meta.registeredAt.toISOString()}: unregister it or choose another name`,
        { data: { name, holder: holder.reference.name } },
      );
    }
  }

  /** Takes the name away. Idempotent; `false` when nobody held it. */
  unregister(name: string): boolean {
    this.#listings.delete(name);
    const held = this.#references.delete(name);
    if (held) this.#changed();
    return held;
  }

  /** The service behind `name`, or `undefined`. */
  lookup(name: string): ServiceReference | undefined {
    if (name === this.#lastName) return this.#lastReference;
    const reference = this.#references.get(name);
    this.#lastName = name;
    this.#lastReference = reference;
    return reference;
  }

  names(): IterableIterator<string> {
    return this.#references.keys();
  }

  list(): ServiceListing[] {
    return [...this.#listings.values()];
  }

  #changed(): void {
    this.#version++;
    this.#lastName = '';
    this.#lastReference = undefined;
  }
}
