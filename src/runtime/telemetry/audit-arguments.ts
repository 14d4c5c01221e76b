/**
 * What the audit log says of a call's arguments: a digest of their canonical JSON, or the JSON.
 *
 * Canonical means keys in order of their UTF-16 code units, no white space, numbers as
 * `JSON.stringify` writes them – for plain JSON that is RFC 8785, so anybody can compute a digest
 * to compare. What JSON lacks gets a form of its own: bytes become their length and digest, a cycle
 * `"[Circular]"`. Arguments that cannot be written at all (a getter that throws, nested too deep)
 * are said to be unreadable; the call has its line all the same.
 */

import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as StableStringify from 'safe-stable-stringify';

export const ARGUMENT_MODES = ['digest', 'full'] as const;
export type ArgumentMode = (typeof ARGUMENT_MODES)[number];

/** Longest JSON that is written in full, in characters; of longer ones there is the digest. */
const MAX_FULL_LENGTH = 64 * 1024;

type Stringify = (value: unknown, replacer: typeof bytesAsDigest) => string | undefined;

const require = createRequire(import.meta.url);
/** Made for the first line: most who load the runtime keep no audit log. */
let stringify: Stringify | undefined = undefined;

function makeStringify(): Stringify {
  const { configure } = require('safe-stable-stringify') as typeof StableStringify;
  return configure({ deterministic: true, circularValue: '[Circular]', bigint: true });
}

/**
 * The members that a line says about `args`, as JSON without the braces: `"argumentsSha256":"…"`,
 * `"arguments":…`, or `"argumentsUnreadable":true`; empty for `undefined`.
 */
export function describeArguments(args: unknown, mode: ArgumentMode): string {
  if (args === undefined) return '';
  stringify ??= makeStringify();
  let text: string | undefined;
  try {
    text = stringify(args, bytesAsDigest);
  } catch {
    // Whatever it threw is the caller's own doing, and must not keep the call from the log.
    return '"argumentsUnreadable":true';
  }
  if (text === undefined) return '"argumentsUnreadable":true'; // a function, a symbol
  if (mode === 'full' && text.length <= MAX_FULL_LENGTH) return `"arguments":${text}`;
  return `"argumentsSha256":"${hash('sha256', text)}"`;
}

/**
 * Without it a typed array would be written as an object, an element a line of text each. `this` is
 * the parent: a `Buffer` has a `toJSON`, so `value` is a list by now.
 */
function bytesAsDigest(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const original = this[key];
  if (ArrayBuffer.isView(original)) {
    return digestOf(new Uint8Array(original.buffer, original.byteOffset, original.byteLength));
  }
  if (original instanceof ArrayBuffer) return digestOf(new Uint8Array(original));
  return value;
}

function digestOf(bytes: Uint8Array): object {
  return { byteLength: bytes.byteLength, sha256: hash('sha256', bytes) };
}
