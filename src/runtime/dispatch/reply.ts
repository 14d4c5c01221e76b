/** What a handler gave back, sorted: is it there yet, does it fit, and what to tell the caller if not. */

import { ToolError, ToolrigError } from '../../core/errors.ts';
import type { ToolResult } from './protocol.ts';
import { type CompiledSchema, describeFailure, describeMisfit } from './schema.ts';

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
 * The reply, or a failed result when its structured content breaks the tool's output schema. A zod
 * schema is asked whether the content is right, and does not change it.
 */
export function checkOutput(output: CompiledSchema, reply: unknown): unknown {
  const result = reply as ToolResult | undefined;
  if (result?.isError === true) return reply;
  let reason: string;
  try {
    if (output.fits(result?.structuredContent)) {
      output.parse?.(result?.structuredContent);
      return reply;
    }
    reason = describeMisfit(output);
  } catch (thrown) {
    reason = describeFailure(thrown);
  }
  return failedResult(`the result does not fit the tool's output schema: ${reason}`);
}
