/**
 * The audit log: who called what, when, with which outcome, how long, in append-only lines of JSON.
 *
 *   call ends ──▶ record ──▶ chained line ──▶ [ queue ] ──▶ file, mode 0600
 *
 * A call never waits for it. While the file cannot be written lines wait in memory; when the queue
 * is full they are dropped and counted, and once half of it is free again a line `{"dropped": n}`
 * stands where they would have been. A log that is closed has written every line it took, or says
 * how many it could not. What a crash of the process takes with it are the calls in flight and the
 * lines of the last moments.
 *
 * One program writes a file at a time, which a lock sees to. It is never shortened and never rotated: a line that was cut
 * off by a crash is closed and followed by `{"torn": bytes}`.
 */

import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { requireInteger, requireKnownKeys, requireName, requireOneOf } from '../../core/options.ts';
import { ARGUMENT_MODES, type ArgumentMode, describeArguments } from './audit-arguments.ts';
import { CHAIN_START, type ChainEnd, type ChainKey, chainLine, endOfLine } from './audit-chain.ts';
import { lockFile } from './file-lock.ts';
import { LineFile, type LineFileOptions } from './line-file.ts';

/** `count` lets calls go on without their lines; `refuse` lets none be made that could not be recorded. */
export const WRITE_FAILURE_MODES = ['count', 'refuse'] as const;

export interface AuditOptions {
  /** The file; it is continued when it exists. */
  readonly path: string;
  /** Whether arguments stand there as a SHA-256 digest or in full. Default: `'digest'`. */
  readonly arguments?: ArgumentMode;
  /** What happens to calls while lines cannot be written. Default: `'count'`. */
  readonly onWriteFailure?: (typeof WRITE_FAILURE_MODES)[number];
  /** Makes the chain one that only its holder can continue (HMAC-SHA-256). Default: none. */
  readonly key?: ChainKey;
  /** Bytes that may wait; lines beyond are dropped. Default: 32 MiB, some 80,000 calls. */
  readonly maxQueueBytes?: number;
  /** Pause before a failed write is tried again, in ms. Default: 1,000. */
  readonly retryMs?: number;
  /** Hears of the first failure of each outage. Default: a warning of the process, on stderr. */
  readonly onFailure?: (error: Error) => void;
  readonly clock?: Clock;
  /** Opens the file for adding; for tests. Default: the file system's. */
  readonly openFile?: LineFileOptions['openFile'];
}

/** One call, as the log is told of it. */
export interface AuditEntry {
  readonly caller: string;
  readonly service: string;
  readonly method: string;
  readonly tool: string | undefined;
  readonly requestId: string;
  /** `ok`, `tool_error`, `denied`, `sent` (a notification), or the code of the error. */
  readonly outcome: string;
  /** Milliseconds since 1970 when the call was made. */
  readonly startedAtWallMs: number;
  /** Monotonic time when the call was made, in ms. */
  readonly startedAtMs: number;
  readonly durationNs: number;
  /** What {@link AuditLog.describe} said of the arguments before the call. */
  readonly args: string;
}

/** Counts since the log was opened. */
export interface AuditStats {
  /** Calls whose line was taken. */
  readonly recorded: number;
  /** Calls without a line. */
  readonly dropped: number;
  /** Calls that were not made because they could not have been recorded. */
  readonly refused: number;
  /** Attempts to write that failed. */
  readonly writeFailures: number;
}

const OPTION_KEYS = [
  'path',
  'arguments',
  'onWriteFailure',
  'key',
  'maxQueueBytes',
  'retryMs',
  'onFailure',
  'clock',
  'openFile',
] as const satisfies (keyof AuditOptions)[];

/** Callers choose methods and tools, so their names may have any length. */
const MAX_NAME_LENGTH = 256;
/** Far more than the longest line: arguments in full are 64 Ki characters of three bytes at most. */
const TAIL_BYTES = 512 * 1024;

export class AuditLog {
  /** What happens to calls while lines cannot be written. */
  readonly onWriteFailure: (typeof WRITE_FAILURE_MODES)[number];
  /** Pause before a failed write is tried again, in ms. */
  readonly retryMs: number;
  readonly #file: LineFile;
  readonly #arguments: ArgumentMode;
  readonly #key: ChainKey | undefined;
  readonly #maxQueueBytes: number;
  readonly #onFailure: (error: Error) => void;
  #end: ChainEnd;
  #status: 'open' | 'overloaded' | 'closed' = 'open';
  #recorded = 0;
  #dropped = 0;
  #refused = 0;
  /** Dropped and refused calls that no line speaks of yet. */
  #unsaidDropped = 0;
  #unsaidRefused = 0;
  /** Lines added so far, and which of those that wait are about no call. */
  #lineCount = 0;
  #notes: number[] = [];
  #closing: Promise<AuditStats> | undefined = undefined;
  readonly #unlock: () => Promise<void>;

  private constructor(options: AuditOptions, end: ChainEnd, unlock: () => Promise<void>) {
    const { maxQueueBytes = 32 * 1024 * 1024, onWriteFailure = 'count' } = options;
    this.onWriteFailure = requireOneOf('onWriteFailure', onWriteFailure, WRITE_FAILURE_MODES);
    this.#arguments = requireOneOf('arguments', options.arguments ?? 'digest', ARGUMENT_MODES);
    this.#maxQueueBytes = requireInteger('maxQueueBytes', maxQueueBytes, 1);
    this.#key = options.key;
    this.#onFailure = options.onFailure ?? warnOfFailure;
    this.#end = end;
    this.#unlock = unlock;
    this.retryMs = requireInteger('retryMs', options.retryMs ?? 1_000, 1);
    this.#file = new LineFile({
      path: options.path,
      retryMs: this.retryMs,
      onFailure: this.#onFailure,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.openFile === undefined ? {} : { openFile: options.openFile }),
    });
  }

  /**
   * Opens a log, and continues the chain of the file that is there.
   *
   * @throws (rejects) `ERR_INVALID_OPTION` for options that make no sense, for a file that is no
   *   audit log, and for one that another program writes; the system's error when the file cannot be read or made
   */
  static async open(options: AuditOptions): Promise<AuditLog> {
    const given: unknown = options; // the check would take its type away
    requireKnownKeys('the options of the audit log', given, OPTION_KEYS);
    requireName('path', options.path);
    const unlock = await lockFile(options.path);
    try {
      const { end, tornBytes } = await readTail(options.path);
      const log = new AuditLog(options, end, unlock);
      if (tornBytes > 0) log.#note('torn', tornBytes, '\n');
      return log;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** What a line will say of `args`; to be asked before the call, which may change them. */
  describe(args: unknown): string {
    return describeArguments(args, this.#arguments);
  }

  /** Whether calls must not be made, because `onWriteFailure` is `'refuse'` and lines cannot be written. */
  get isRefusing(): boolean {
    if (this.onWriteFailure === 'count') return false;
    return this.#file.isFailing || this.#isFull();
  }

  get stats(): AuditStats {
    return {
      recorded: this.#recorded,
      dropped: this.#dropped,
      refused: this.#refused,
      writeFailures: this.#file.failureCount,
    };
  }

  /** Records a call that has ended. Never throws and never waits. */
  record(entry: AuditEntry): void {
    if (this.#isFull()) {
      this.#dropped++;
      this.#unsaidDropped++;
      return;
    }
    this.#sayGap();
    this.#recorded++;
    this.#append(membersOf(entry));
  }

  /** Counts a call that was not made because {@link AuditLog.isRefusing}. */
  countRefusal(): void {
    this.#refused++;
    this.#unsaidRefused++;
  }

  /**
   * Writes what waits, the calls that end in this turn among it, and lets go of the file. To be
   * called when the transport has stopped. Idempotent.
   *
   * @param timeoutMs - how long it goes on trying when the file cannot be written. Default: 5,000.
   * @returns the counts; lines that had to be given up are among the dropped
   */
  close(timeoutMs = 5_000): Promise<AuditStats> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<AuditStats> {
    await nextTurn(); // calls that have been answered are recorded a few microtasks later
    this.#sayGap();
    this.#status = 'closed';
    const lost = await this.#file.close(timeoutMs);
    await this.#unlock();
    // What is written is written in order, so those that were lost came last.
    const lostNotes = this.#notes.filter((index) => index >= this.#lineCount - lost);
    const lostCalls = lost - lostNotes.length;
    this.#dropped += lostCalls;
    this.#recorded -= lostCalls;
    if (lost > 0) this.#onFailure(new Error(`${lost} lines could not be written before the end`));
    return this.stats;
  }

  /** A full queue is not used again before half of it is free: else each gap would be of one call. */
  #isFull(): boolean {
    if (this.#status === 'closed') return true;
    const limit = this.#status === 'overloaded' ? this.#maxQueueBytes / 2 : this.#maxQueueBytes;
    this.#status = this.#file.queuedBytes >= limit ? 'overloaded' : 'open';
    return this.#status === 'overloaded';
  }

  #sayGap(): void {
    if (this.#unsaidDropped > 0) this.#note('dropped', this.#unsaidDropped);
    if (this.#unsaidRefused > 0) this.#note('refused', this.#unsaidRefused);
    this.#unsaidDropped = 0;
    this.#unsaidRefused = 0;
  }

  /** A line about the log itself. */
  #note(what: 'dropped' | 'refused' | 'torn', count: number, before = ''): void {
    const written = this.#lineCount - this.#file.pendingLines;
    this.#notes = this.#notes.filter((index) => index >= written);
    this.#notes.push(this.#lineCount);
    this.#append(`"${what}":${count}`, before);
  }

  #append(members: string, before = ''): void {
    const { line, end } = chainLine(this.#end, members, this.#key);
    if (!this.#file.write(before + line)) return;
    this.#end = end;
    this.#lineCount++;
  }
}

function membersOf(entry: AuditEntry): string {
  const fields = JSON.stringify({
    time: new Date(entry.startedAtWallMs).toISOString(),
    monotonicNs: Math.round(entry.startedAtMs * 1e6),
    caller: entry.caller,
    service: clip(entry.service),
    method: clip(entry.method),
    tool: entry.tool === undefined ? undefined : clip(entry.tool),
    requestId: clip(entry.requestId),
    outcome: entry.outcome,
    durationNs: entry.durationNs,
  });
  const members = fields.slice(1, -1);
  return entry.args === '' ? members : `${members},${entry.args}`;
}

function clip(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`;
}

/** Where the chain of a file ends, and the length of a last line that was not finished. */
async function readTail(path: string): Promise<{ end: ChainEnd; tornBytes: number }> {
  // Also says at once, rather than with the first call, when the file cannot be made.
  const handle = await open(path, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const tail = Buffer.alloc(length);
    const { bytesRead } = await handle.read(tail, 0, length, size - length);
    const lines = tail.subarray(0, bytesRead).toString('latin1').split('\n');
    const torn = lines.pop() ?? '';
    const last = lines.at(-1);
    if (last === undefined) return { end: { seq: 0, hash: CHAIN_START }, tornBytes: torn.length };
    const end = endOfLine(Buffer.from(last, 'latin1').toString());
    if (end !== undefined) return { end, tornBytes: torn.length };
  } finally {
    await handle.close();
  }
  throw new ToolrigError(
    'ERR_INVALID_OPTION',
    `'${path}' is no audit log: its last line has no hash. Choose another path.`,
    { data: { path } },
  );
}

function warnOfFailure(error: Error): void {
  process.emitWarning(`audit lines are kept back or lost: ${error.message}`, 'ToolrigWarning');
}
