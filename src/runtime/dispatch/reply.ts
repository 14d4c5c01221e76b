/** What a handler gave back, sorted: is it there yet, does it fit, and what to tell the caller if not. */

import { inspect } from 'node:util';
import { ToolError, ToolrigError } from '../../core/errors.ts';
import type { ToolResult } from './protocol.ts';
import { type CompiledSchema, describeMisfit } from './schema.ts';

/** Whether a handler's reply has to be waited for. */
export function isThenable(reply: unknown): reply is PromiseLike<unknown> {
  if (reply instanceof Promise) return true;
  if (typeof reply !== 'object' || reply === null) return false;
  // Looking for `then` on a plain reply costs as much as the look-ups of a call together.
  if (Object.getPrototypeOf(reply) === Object.prototype) return false;
  return typeof (reply as { then?: unknown }).then === 'function';
}

/** Whether an abandoned handler that threw this did well: it stopped as told, or it answered. */
export function isNoDefect(thrown: unknown): boolean {
  return (
    thrown instanceof ToolrigError ||
    thrown instanceof ToolError ||
    (thrown instanceof Error && thrown.name === 'AbortError')
  );
}

/** A tool result that tells the caller what went wrong. */
export function failedResult(message: string): ToolResult {
  return { content: [{ type: 'text', text: message }], isError: true };
}

/**
 * A tool's reply, or a failed result that says what is wrong with it: it has no `content`, or its
 * structured content breaks the output schema. A zod schema does not change the content.
 */
export function checkResult(output: CompiledSchema | undefined, reply: unknown): unknown {
  // Small enough to be inlined, and all that most replies need.
  if (output === undefined && isToolResult(reply)) return reply;
  return examineResult(output, reply);
}

function examineResult(output: CompiledSchema | undefined, reply: unknown): unknown {
  if (!isToolResult(reply)) {
    return failedResult(
      `the tool returned ${inspect(reply, { depth: 0 })}: its handler must return an object with ` +
        "a content list, as { content: [{ type: 'text', text: 'done' }] }",
    );
  }
  if (output === undefined || reply.isError === true) return reply;
  const objection = objectionTo(output, reply.structuredContent);
  if (objection === undefined) return reply;
  return failedResult(`the result does not fit the tool's output schema: ${objection}`);
}

function isToolResult(reply: unknown): reply is ToolResult {
  return (
    typeof reply === 'object' &&
    reply !== null &&
    Array.isArray((reply as { content?: unknown }).content)
  );
}

function objectionTo(output: CompiledSchema, content: unknown): string | undefined {
  return output.fits(content) ? output.parse?.(content).objection : describeMisfit(output);
}
