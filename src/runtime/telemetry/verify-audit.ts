/**
 * Checks an audit log from its first line to its last.
 *
 * It reads as a stream: a log is longer than memory sooner or later.
 */

import { createReadStream } from 'node:fs';
import { CHAIN_START, type ChainEnd, type ChainKey, checkLine } from './audit-chain.ts';

export interface AuditVerdict {
  /** Lines that hold, up to the first that does not. */
  readonly lines: number;
  /** Calls that they record. */
  readonly calls: number;
  /** Calls of which they say that they were dropped. */
  readonly dropped: number;
  /** Hash of the last line that holds; noted elsewhere it shows later that none was cut off. */
  readonly lastHash: string;
  /** The first line that does not hold, counted from 1, and why; `undefined` when all do. */
  readonly problem: { readonly line: number; readonly reason: string } | undefined;
}

/**
 * Says whether a log is as it was written.
 *
 * @param options - `key`: the one that the log was written with
 * @throws (rejects) the system's error when the file cannot be read
 */
export async function verifyAudit(
  path: string,
  options: { readonly key?: ChainKey } = {},
): Promise<AuditVerdict> {
  const check = new ChainCheck(options.key);
  let rest = '';
  // Not node:readline: it takes more than a line feed for the end of a line.
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) check.add(line);
  }
  if (rest !== '') check.add(rest);
  return check.verdict();
}

class ChainCheck {
  readonly #key: ChainKey | undefined;
  #end: ChainEnd = { seq: 0, hash: CHAIN_START };
  #calls = 0;
  #dropped = 0;
  #count = 0;
  /** A line that is none; forgiven when the next one says that it was torn, and is sound itself. */
  #torn: { readonly line: number; readonly reason: string; readonly bytes: number } | undefined;
  #problem: AuditVerdict['problem'] = undefined;

  constructor(key: ChainKey | undefined) {
    this.#key = key;
  }

  add(line: string): void {
    if (this.#problem !== undefined) return;
    this.#count++;
    const checked = checkLine(line, this.#end, this.#key);
    if ('problem' in checked) {
      const found = { line: this.#count, reason: checked.problem };
      if (this.#torn === undefined) this.#torn = { ...found, bytes: Buffer.byteLength(line) };
      else this.#problem = this.#torn;
      return;
    }
    const { torn, dropped, caller } = checked.fields;
    if (this.#torn !== undefined && torn !== this.#torn.bytes) {
      this.#problem = this.#torn;
      return;
    }
    this.#torn = undefined;
    this.#end = checked.end;
    if (typeof dropped === 'number') this.#dropped += dropped;
    if (typeof caller === 'string') this.#calls++;
  }

  verdict(): AuditVerdict {
    const problem = this.#problem ?? this.#torn;
    return {
      lines: this.#end.seq,
      calls: this.#calls,
      dropped: this.#dropped,
      lastHash: this.#end.hash,
      problem: problem === undefined ? undefined : { line: problem.line, reason: problem.reason },
    };
  }
}
