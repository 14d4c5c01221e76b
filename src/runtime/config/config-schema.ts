/**
 * Every setting there is, its range and its default. Nothing else knows them: the environment's
 * names, the messages and the resolving of paths all follow this schema.
 */

import { z } from 'zod';
import { MAX_REPLICAS } from '../../core/max-replicas.ts';
import { DEFAULT_PORT } from './default-port.ts';
import { marked } from './marks.ts';
import { secretSchema } from './secret.ts';

/** The longest delay of a timer, in ms. */
const MAX_MS = 2 ** 31 - 1;

const delayMs = () => z.int().min(1).max(MAX_MS);
const count = (min = 1) => z.int().min(min);
const path = () => marked('path', z.string().min(1));
/** A part with a schema of its own elsewhere, checked by whoever takes it. */
const opaque = () => z.record(z.string(), z.unknown());

const SHUTDOWN = "a time in ms, 'brutal_kill' or 'infinity'";

/** What any service can be told, whatever it does. */
const HOSTING = {
  /** Default: `inline`. */
  placement: z.enum(['inline', 'worker', 'process']).default('inline'),
  replicas: count().max(MAX_REPLICAS).default(1),
  memoryLimitBytes: count().optional(),
  restart: z.enum(['permanent', 'transient', 'temporary']).default('permanent'),
  /** Time to stop in, in ms. */
  shutdown: z
    .union([z.int().min(0).max(MAX_MS), z.enum(['brutal_kill', 'infinity'])], {
      error: `must be ${SHUTDOWN}`,
    })
    .default(5_000),
  /** Whether `/readyz` waits for it. */
  required: z.boolean().default(true),
};

const MAILBOX = { maxMailbox: count(0).optional() };

/** The reference services, and any other, by what an entry's `service` says. */
export const SERVICE_SCHEMAS = {
  calculator: z.strictObject({
    service: z.literal('calculator').default('calculator'),
    ...HOSTING,
    ...MAILBOX,
  }),
  file: z.strictObject({
    service: z.literal('file').default('file'),
    ...HOSTING,
    ...MAILBOX,
    /** The directory that is served. Default: an empty one that is removed in the end. */
    root: path().optional(),
    maxFileBytes: count().optional(),
    maxSearchEntries: count().optional(),
    concurrency: count().optional(),
  }),
  data: z.strictObject({
    service: z.literal('data').default('data'),
    ...HOSTING,
    ...MAILBOX,
    /** The directory that tables are loaded from. Default: none are. */
    root: path().optional(),
    maxFileBytes: count().optional(),
    maxTables: count().optional(),
    maxRows: count().optional(),
    maxCells: count().optional(),
  }),
  module: z.strictObject({
    service: z.literal('module').default('module'),
    ...HOSTING,
    /** A path, or a `file:` URL. */
    module: marked(
      'module',
      z.string().regex(/^(\.{0,2}\/|file:)/, {
        error: 'must be a path that begins with ./, ../ or /, or a file: URL',
      }),
    ),
    export: z.string().min(1).default('default'),
    args: z.array(z.unknown()).default([]),
  }),
} as const;

export type ServiceKind = keyof typeof SERVICE_SCHEMAS;

/** The services that are there when no configuration names any. */
export const REFERENCE_SERVICES = ['calculator', 'file', 'data'] as const;

const SETTINGS = {
  /** Port of the status server on 127.0.0.1; 0 for any that is free. */
  port: z.int().min(0).max(65_535).default(DEFAULT_PORT),
  /** Time that calls in flight have to finish in when the application is asked to stop. */
  drainDeadlineMs: z.int().min(0).max(MAX_MS).default(10_000),
  /** What `toolrig call` must show. Default: nothing. */
  adminToken: secretSchema().optional(),
  supervisor: z
    .strictObject({
      strategy: z.enum(['one_for_one', 'one_for_all', 'rest_for_one']).default('one_for_one'),
      maxRestarts: count(0).default(3),
      maxSeconds: z.number().positive().default(5),
    })
    .prefault({}),
  health: z
    .strictObject({
      intervalMs: delayMs().default(30_000),
      jitterRatio: z.number().min(0).max(1).default(0.1),
      deadlineMs: delayMs().default(1_000),
      onUnhealthy: z.enum(['report', 'restart']).default('report'),
      failuresBeforeRestart: count().default(2),
    })
    .prefault({}),
  logs: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      /** A file that rotates, beside standard error. */
      file: path().optional(),
      maxFileBytes: count().optional(),
      maxFiles: count().optional(),
    })
    .prefault({}),
  /** Who called what. Default: nobody writes it down. */
  audit: z
    .strictObject({
      file: path(),
      arguments: z.enum(['digest', 'full']).default('digest'),
      /** Whether calls that could not be recorded are made all the same. */
      onWriteFailure: z.enum(['count', 'refuse']).default('count'),
    })
    .optional(),
  /** Who may call what, and how much: a `PolicyData`. Default: everybody may call everything. */
  access: opaque().optional(),
};

/** The schema of a configuration with these services. */
export function configSchema<T extends z.ZodType>(services: Readonly<Record<string, T>>) {
  return z.strictObject({ ...SETTINGS, services: z.strictObject({ ...services }) });
}

export type ServiceConfig = z.output<(typeof SERVICE_SCHEMAS)[ServiceKind]>;

/** A configuration, valid and complete. */
export type Config = Omit<z.output<ReturnType<typeof configSchema>>, 'services'> & {
  /** In the order in which they start. */
  readonly services: Readonly<Record<string, ServiceConfig>>;
};
