/**
 * The events that the library emits, each with its measurements and metadata.
 *
 * Names are strings with dots, as `diagnostics_channel` has them. `mcp.service.call` is short for the
 * three events of a call; every other name stands for itself. What begins with `mcp.` is the
 * library's, and a misspelled one is refused, since it would stay silent for ever.
 */

import { ToolrigError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { requireName } from '../../core/options.ts';
import type { CallEvent } from './call-channels.ts';

/** The measurements of a call's events. */
export interface CallMeasurements {
  /** `performance.now()` when the call was made, in ms. */
  readonly startedAtMs: number;
  /** How long it took, in ns; 0 at its start. */
  readonly durationNs: number;
}

interface CallTelemetry {
  readonly measurements: CallMeasurements;
  /** One and the same object from start to stop or exception. */
  readonly metadata: Readonly<CallEvent>;
}

/** What a handler receives, by the name it was attached to. */
export interface TelemetryEvents {
  readonly 'mcp.service.call': CallTelemetry;
  readonly 'mcp.service.call.start': CallTelemetry;
  /** A call that was answered; a tool's `isError` is in `errorType`. */
  readonly 'mcp.service.call.stop': CallTelemetry;
  /** A call that was rejected. */
  readonly 'mcp.service.call.exception': CallTelemetry;
  /** Services that should exist and those that are well; emitted by `TelemetryPoller`. */
  readonly 'mcp.service.count': {
    readonly measurements: { readonly total: number; readonly healthy: number };
    readonly metadata: object;
  };
  /** Since when a service has its name; 0 for one that is gone. Emitted by `TelemetryPoller`. */
  readonly 'mcp.service.uptime': {
    readonly measurements: { readonly seconds: number };
    readonly metadata: { readonly service: string };
  };
}

export type Measurements = Readonly<Record<string, number>>;

export type MeasurementsOf<TName extends string> = TName extends keyof TelemetryEvents
  ? TelemetryEvents[TName]['measurements']
  : Measurements;

export type MetadataOf<TName extends string> = TName extends keyof TelemetryEvents
  ? TelemetryEvents[TName]['metadata']
  : object;

const CALL = 'mcp.service.call';
const CALL_EVENTS = [`${CALL}.start`, `${CALL}.stop`, `${CALL}.exception`] as const;
const RESERVED = 'mcp.';
const KNOWN: readonly string[] = [
  ...CALL_EVENTS,
  'mcp.service.count',
  'mcp.service.uptime',
] satisfies Exclude<keyof TelemetryEvents, typeof CALL>[];

/** Whether the event is published by the call itself, as a {@link CallEvent}. */
export function isCallEvent(name: string): boolean {
  return (CALL_EVENTS as readonly string[]).includes(name);
}

/**
 * The events that a name stands for.
 *
 * @throws `ERR_INVALID_OPTION` for a name under `mcp.` that the library does not emit
 */
export function eventsNamed(name: string): readonly string[] {
  requireName('event', name);
  if (name === CALL) return CALL_EVENTS;
  if (!name.startsWith(RESERVED) || KNOWN.includes(name)) return [name];
  const known = [CALL, ...KNOWN];
  const meant = nearest(name, known);
  const hint = meant === undefined ? `There is: ${known.join(', ')}.` : `Did you mean '${meant}'?`;
  throw new ToolrigError('ERR_INVALID_OPTION', `there is no event '${name}'. ${hint}`);
}

/** Whether an event lies under a prefix: the name itself, or whole segments of it; '' for all. */
export function isUnder(prefix: string, event: string): boolean {
  return prefix === '' || event === prefix || event.startsWith(`${prefix}.`);
}
