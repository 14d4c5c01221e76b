/**
 * Erlang's `:telemetry` over `node:diagnostics_channel`: handlers with an id, by event name.
 *
 *   call ──▶ channel 'mcp.service.call.stop' ──▶ topic ──▶ handler, handler, …
 *                                       └──▶ whoever subscribed without us
 *
 * What a bare channel lacks is forgiveness: a subscriber that throws there raises an uncaught
 * exception. The bus takes such a handler out, and the others hear the event all the same.
 *
 * With nobody attached there is no subscription, and a call pays for asking just that.
 */

import { channel } from 'node:diagnostics_channel';
import { ToolrigError } from '../../core/errors.ts';
import { requireFunction, requireName } from '../../core/options.ts';
import { type Attached, EventTopic, ExecutedEvent, type TelemetryHandler } from './event-topic.ts';
import type { Logger } from './logger.ts';
import {
  eventsNamed,
  isCallEvent,
  isUnder,
  type MeasurementsOf,
  type MetadataOf,
} from './telemetry-events.ts';

/** One handler of one event, as `listHandlers` tells. */
export interface AttachedHandler {
  readonly id: string;
  readonly event: string;
  readonly handler: TelemetryHandler<never, never>;
  readonly config: unknown;
}

export class EventBus {
  readonly #topics = new Map<string, EventTopic>();
  /** In order of attaching; one entry an event. */
  readonly #handlers = new Map<string, readonly Attached[]>();
  #logger: Logger | undefined;

  /** @param logger - where failures of handlers go; Default: a warning of the process */
  constructor(logger?: Logger) {
    this.#logger = logger;
  }

  /** Sends failures of handlers to `logger` from now on. */
  logTo(logger: Logger): void {
    this.#logger = logger;
  }

  /**
   * Calls `handler(event, measurements, metadata, config)` for each event of these names, until
   * it is detached or throws. Handlers are called in order of attaching.
   *
   * @param handlerId - names the handler; one id may have many events
   * @param names - exact events, or `mcp.service.call` for its start, stop and exception
   * @param config - handed to the handler each time. Default: `undefined`.
   * @throws `ERR_ALREADY_REGISTERED` when the id is taken, `ERR_INVALID_OPTION` for a name under
   *   `mcp.` that the library does not emit
   */
  attach<TName extends string, TConfig = undefined>(
    handlerId: string,
    names: TName | readonly TName[],
    handler: TelemetryHandler<TName, TConfig>,
    config?: TConfig,
  ): void {
    requireName('handlerId', handlerId);
    requireFunction('handler', handler);
    const events = new Set([names].flat().flatMap((name) => eventsNamed(name as string)));
    if (events.size === 0) {
      throw new ToolrigError('ERR_INVALID_OPTION', `handler '${handlerId}' names no event`);
    }
    if (this.#handlers.has(handlerId)) {
      throw new ToolrigError(
        'ERR_ALREADY_REGISTERED',
        `a telemetry handler '${handlerId}' is attached already: detach it or choose another id`,
        { data: { handlerId } },
      );
    }
    const attached = [...events].map((event) => ({
      id: handlerId,
      event,
      handler: handler as TelemetryHandler,
      config,
      isAttached: true,
    }));
    this.#handlers.set(handlerId, attached);
    for (const each of attached) this.#topic(each.event).add(each);
  }

  /** Takes a handler off all its events, at once. Idempotent; `false` when there is none. */
  detach(handlerId: string): boolean {
    const attached = this.#handlers.get(handlerId);
    if (attached === undefined) return false;
    this.#handlers.delete(handlerId);
    for (const each of attached) {
      each.isAttached = false;
      this.#topic(each.event).remove(each);
    }
    return true;
  }

  /**
   * The handlers of all events under a prefix, in order of attaching.
   *
   * @param prefix - whole segments: `mcp.service` has `mcp.service.count`, `mcp.serv` has nothing.
   *   Default: all.
   */
  listHandlers(prefix = ''): AttachedHandler[] {
    return [...this.#handlers.values()]
      .flat()
      .filter(({ event }) => isUnder(prefix, event))
      .map(({ id, event, handler, config }) => ({ id, event, handler, config }));
  }

  /**
   * Emits an event to everybody in the process who listens to it, on whichever bus.
   *
   * @throws `ERR_INVALID_OPTION` for the events of a call, which calls emit themselves
   */
  execute<TName extends string>(
    event: TName,
    measurements: MeasurementsOf<TName>,
    metadata: MetadataOf<TName>,
  ): void {
    const [only] = eventsNamed(event);
    if (only !== event || isCallEvent(event)) {
      throw new ToolrigError('ERR_INVALID_OPTION', `'${event}' is emitted by calls themselves`);
    }
    const target = channel(event);
    if (target.hasSubscribers) target.publish(new ExecutedEvent(measurements, metadata));
  }

  #topic(event: string): EventTopic {
    let topic = this.#topics.get(event);
    if (topic === undefined) {
      topic = new EventTopic(event, (attached, thrown) => this.#onFailure(attached, thrown));
      this.#topics.set(event, topic);
    }
    return topic;
  }

  #onFailure({ id, event, isAttached }: Attached, thrown: unknown): void {
    if (!isAttached) return; // a promise that was under way when it was detached
    this.detach(id);
    if (this.#logger !== undefined) {
      const fields = { err: thrown, handlerId: id, event };
      this.#logger.error(fields, 'telemetry handler failed and was detached');
      return;
    }
    process.emitWarning(`telemetry handler '${id}' failed at '${event}' and was detached`, {
      code: 'TOOLRIG_TELEMETRY_HANDLER',
      detail: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
  }
}

/** The bus of the process. Channels are global, so one is enough. */
export const telemetry = new EventBus();
