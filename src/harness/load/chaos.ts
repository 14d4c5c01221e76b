/**
 * Chaos as data: what befalls the services of a scenario while they are called, and which failures
 * that excuses.
 *
 *   warm-up ──▶ quiet ──▶ load, with faults ──▶ rest
 *               same load, nothing happens      one caller an operation, in no hurry
 *
 * Every call of such a scenario is a tool's. Beside its own input it gets `callNumber`, and gives
 * that back as `structuredContent.callNumber`: so a reply that reaches somebody else's call is seen.
 */

import { inspect } from 'node:util';
import { type CallErrorCode, isCallErrorCode, ToolrigError } from '../../core/errors.ts';
import {
  requireAtLeast,
  requireInteger,
  requireKnownKeys,
  requireName,
  requireOneOf,
  requirePositive,
} from '../../core/options.ts';

/** `kill`: ended from outside; `hang`: it never returns; `oom`: it takes memory until there is none. */
export const FAULT_KINDS = ['kill', 'hang', 'oom'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What is done to services, again and again. */
export interface Fault {
  readonly kind: FaultKind;
  /** The victims; each time one of them is drawn. */
  readonly services: readonly string[];
  /** Mean time between two faults, in ms; each gap is drawn from half of it to one and a half. */
  readonly everyMs: number;
  /** The victim's tool that brings it about; a `kill` needs none. */
  readonly tool?: string;
  /** Arguments of that tool. Default: none. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Faults after which the load ends before its time. Default: no limit. */
  readonly times?: number;
}

export interface Chaos {
  /** Default: nothing befalls them but the load. */
  readonly fault?: Fault;
  /** Codes that calls may fail with on account of it, without the run failing. Default: none. */
  readonly expected?: readonly CallErrorCode[];
  /** How long the same load runs before without faults, to compare with, in ms. Default: 0. */
  readonly quietMs?: number;
  /** How long the services are then watched under next to no load, in ms. Default: 0. */
  readonly restMs?: number;
}

const CHAOS_KEYS = ['fault', 'expected', 'quietMs', 'restMs'] as const satisfies (keyof Chaos)[];
const FAULT_KEYS = [
  'kind',
  'services',
  'everyMs',
  'tool',
  'arguments',
  'times',
] as const satisfies (keyof Fault)[];

/**
 * Checks a chaos description.
 *
 * @param where - whose it is, for messages
 * @throws `ERR_INVALID_OPTION` for anything misspelled, missing or of the wrong type
 */
export function checkChaos(where: string, chaos: Chaos): void {
  requireKnownKeys(`chaos of ${where}`, chaos, CHAOS_KEYS);
  const { fault, expected = [], quietMs = 0, restMs = 0 }: Chaos = chaos;
  requireAtLeast(`quietMs of ${where}`, quietMs, 0);
  requireAtLeast(`restMs of ${where}`, restMs, 0);
  const unknown: unknown = expected.find((code) => !isCallErrorCode(code));
  if (unknown !== undefined) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `expected of ${where} must be codes that a call can fail with, got ${inspect(unknown)}`,
    );
  }
  if (fault !== undefined) checkFault(`fault of ${where}`, fault);
}

function checkFault(where: string, fault: Fault): void {
  requireKnownKeys(where, fault, FAULT_KEYS);
  const { kind, services, everyMs, tool, times = 1 }: Fault = fault;
  requireOneOf(`kind of ${where}`, kind, FAULT_KINDS);
  if (!Array.isArray(services) || services.length === 0) {
    throw new ToolrigError('ERR_INVALID_OPTION', `${where} needs at least one of services`);
  }
  for (const service of services) requireName(`a service of ${where}`, service);
  requirePositive(`everyMs of ${where}`, everyMs);
  requireInteger(`times of ${where}`, times, 1);
  if ((tool === undefined) === (kind === 'kill')) return;
  throw new ToolrigError(
    'ERR_INVALID_OPTION',
    kind === 'kill'
      ? `${where} is a kill, which takes no tool`
      : `${where} needs the tool that brings the ${kind} about`,
  );
}
