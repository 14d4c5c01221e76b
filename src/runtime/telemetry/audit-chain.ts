/**
 * The form of an audit line, and the chain that ties each to the one before:
 *
 *   {"seq":7, … ,"prev":"<hash of line 6>","hash":"<hash of this text up to here>"}
 *
 * A hash is SHA-256 of the line without its own `hash` member, so a line that is changed, moved,
 * put in or taken out breaks the chain there. Without a key anyone who may write the file can
 * compute a chain of his own; with one (HMAC-SHA-256) only who has the key can. Nothing shows that
 * lines are missing at the very end: compare `seq` and `hash` of the last line with what was noted
 * elsewhere.
 */

import { createHmac, hash } from 'node:crypto';

/** What the first line of a file has as `prev`. */
export const CHAIN_START = '0'.repeat(64);

const HASH_MEMBER = /,"hash":"(?<hash>[0-9a-f]{64})"\}$/;

export type ChainKey = string | Uint8Array;

/** Where a chain has come to. */
export interface ChainEnd {
  /** Number of the last line; 0 before the first. */
  readonly seq: number;
  readonly hash: string;
}

/**
 * The next line of a chain.
 *
 * @param members - of the line, as JSON without the braces
 */
export function chainLine(
  end: ChainEnd,
  members: string,
  key: ChainKey | undefined,
): { readonly line: string; readonly end: ChainEnd } {
  const seq = end.seq + 1;
  const body = `{"seq":${seq},${members},"prev":"${end.hash}"}`;
  const ownHash = hashOf(body, key);
  return { line: `${body.slice(0, -1)},"hash":"${ownHash}"}\n`, end: { seq, hash: ownHash } };
}

/** A line's fields and place in the chain, or what is wrong with it. */
export function checkLine(
  line: string,
  end: ChainEnd,
  key: ChainKey | undefined,
):
  | { readonly fields: Readonly<Record<string, unknown>>; readonly end: ChainEnd }
  | { readonly problem: string } {
  const ownHash = HASH_MEMBER.exec(line)?.groups?.['hash'];
  const fields = parseFields(line);
  if (ownHash === undefined || fields === undefined) return { problem: 'is no audit line' };
  const body = `${line.slice(0, -`,"hash":"${ownHash}"}`.length)}}`;
  if (hashOf(body, key) !== ownHash) return { problem: 'does not have the hash that it says' };
  if (fields['prev'] !== end.hash) return { problem: 'does not follow the line before it' };
  if (fields['seq'] !== end.seq + 1) return { problem: `should have seq ${end.seq + 1}` };
  return { fields, end: { seq: end.seq + 1, hash: ownHash } };
}

/** Where the chain is after `line`, taken on trust; `undefined` when it is no audit line. */
export function endOfLine(line: string): ChainEnd | undefined {
  const ownHash = HASH_MEMBER.exec(line)?.groups?.['hash'];
  const seq = parseFields(line)?.['seq'];
  if (ownHash === undefined || typeof seq !== 'number') return undefined;
  return { seq, hash: ownHash };
}

function parseFields(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null
      ? (fields as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function hashOf(text: string, key: ChainKey | undefined): string {
  return key === undefined
    ? hash('sha256', text)
    : createHmac('sha256', key).update(text).digest('hex');
}
