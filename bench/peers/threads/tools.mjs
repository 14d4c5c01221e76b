/**
 * What every contender of the suite `threads` is asked to do, on its own thread or in its own
 * process. One module for all of them, so that only the way there differs.
 *
 *   add   the calculator's: two numbers, answered as a tool answers
 *   burn  SHA-256 of so many blocks: work that keeps a core busy and cannot be skipped
 *   cpu   what the process that answers has used so far, for the measurement at rest
 */

import { createHash } from 'node:crypto';

/** @typedef {{ readonly type: 'text', readonly text: string }} Text */
/** @typedef {{ readonly content: readonly Text[] }} Reply */
/** @typedef {{ readonly name: string, readonly arguments: any }} ToolCall */

/** @type {(text: string) => Reply} */
const replyOf = (text) => ({ content: [{ type: 'text', text }] });

/**
 * @param {{ readonly a: number, readonly b: number }} addends
 * @returns {Reply}
 */
export function add({ a, b }) {
  return replyOf(`${a} + ${b} = ${a + b}`);
}

/**
 * @param {{ readonly seed: number, readonly blocks: number }} work
 * @returns {Reply} the digest, in hex
 */
export function burn({ seed, blocks }) {
  return replyOf(digest(seed, blocks));
}

/** @returns {Reply} as JSON: `pid`, and `usedUs` of user and system time together */
export function cpu() {
  const { user, system } = process.cpuUsage();
  return replyOf(JSON.stringify({ pid: process.pid, usedUs: user + system }));
}

/**
 * Answers a tool call by name, as a worker of any of the peers does.
 *
 * @param {ToolCall} call
 * @returns {Reply}
 */
export function callTool(call) {
  switch (call.name) {
    case 'add':
      return add(call.arguments);
    case 'burn':
      return burn(call.arguments);
    case 'cpu':
      return cpu();
    default:
      throw new Error(`there is no tool '${call.name}'`);
  }
}

const BLOCK = Buffer.alloc(4_096, 'toolrig');

/**
 * SHA-256 over `seed` and so many times 4 KiB, in hex. One hash object a call: making one takes a
 * lock of OpenSSL, which threads of one process would wait for and processes would not.
 *
 * @param {number} seed - 0 to 255
 * @param {number} blocks
 */
export function digest(seed, blocks) {
  const hash = createHash('sha256').update(Uint8Array.of(seed));
  for (let i = 0; i < blocks; i++) hash.update(BLOCK);
  return hash.digest('hex');
}
