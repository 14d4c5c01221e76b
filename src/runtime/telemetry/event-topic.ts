/**
 * One event and its handlers: a single subscription to the event's channel, however many there are.
 *
 * So measurements are made once an event, and a handler that was detached by another one does not hear
 * the event that is under way. The list is replaced, never changed, while it may be walked.
 */

import { type Channel, channel } from 'node:diagnostics_channel';
import type { CallEvent } from './call-channels.ts';
import {
  isCallEvent,
  type Measurements,
  type MeasurementsOf,
  type MetadataOf,
} from './telemetry-events.ts';

/**
 * Hears of events, in the middle of what is observed: it should be quick. One that throws, or
 * whose promise rejects, is detached and logged.
 */
export type TelemetryHandler<TName extends string = string, TConfig = unknown> = (
  event: string,
  measurements: MeasurementsOf<TName>,
  metadata: MetadataOf<TName>,
  config: TConfig,
) => unknown;

/** What travels over a channel that is not a call's. */
export class ExecutedEvent {
  readonly measurements: object;
  readonly metadata: object;

  constructor(measurements: object, metadata: object) {
    this.measurements = measurements;
    this.metadata = metadata;
  }
}

/** A handler of one event. */
export interface Attached {
  readonly id: string;
  readonly event: string;
  readonly handler: TelemetryHandler;
  readonly config: unknown;
  /** Read before each call: it may be detached while an event is under way. */
  isAttached: boolean;
}

const NO_MEASUREMENTS = Object.freeze({});

export class EventTopic {
  readonly event: string;
  readonly #channel: Channel;
  readonly #listener: (message: unknown) => void;
  readonly #onFailure: (attached: Attached, thrown: unknown) => void;
  /** Replaced with every change, so that a message under way is not disturbed. */
  #attached: readonly Attached[] = [];

  constructor(event: string, onFailure: (attached: Attached, thrown: unknown) => void) {
    this.event = event;
    this.#channel = channel(event);
    this.#onFailure = onFailure;
    const isCall = isCallEvent(event);
    this.#listener = (message) => {
      if (isCall) {
        const { startedAtMs, durationNs } = message as CallEvent;
        this.#deliver({ startedAtMs, durationNs }, message as CallEvent);
      } else if (message instanceof ExecutedEvent) {
        this.#deliver(message.measurements, message.metadata);
      } else {
        this.#deliver(NO_MEASUREMENTS, message as object); // somebody else's channel
      }
    };
  }

  /** Takes a handler in; the first subscribes to the channel. */
  add(attached: Attached): void {
    this.#attached = [...this.#attached, attached];
    if (this.#attached.length === 1) this.#channel.subscribe(this.#listener);
  }

  /** Lets a handler go; with the last, the channel too. */
  remove(attached: Attached): void {
    this.#attached = this.#attached.filter((other) => other !== attached);
    if (this.#attached.length === 0) this.#channel.unsubscribe(this.#listener);
  }

  #deliver(measurements: object, metadata: object): void {
    for (const attached of this.#attached) {
      if (!attached.isAttached) continue;
      const { handler, config } = attached;
      try {
        const returned = handler(this.event, measurements as Measurements, metadata, config);
        if (returned instanceof Promise) {
          returned.catch((thrown: unknown) => this.#onFailure(attached, thrown));
        }
      } catch (thrown) {
        this.#onFailure(attached, thrown);
      }
    }
  }
}
