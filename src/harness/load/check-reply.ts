/** Whether a reply is right: not an error that a tool reports, and right as its operation's check sees it. */

import type { PlannedCall } from './call-plan.ts';
import type { Operation } from './scenario.ts';

/** As much of what a failing tool says as one line shows. */
const MAX_TEXT = 200;

/**
 * What is wrong with the reply to a call, or `undefined` when it is right. A tool that reports an error has
 * failed, whatever the check looks at. A check that throws, as one does that reaches into a reply of another
 * shape, has found it wrong.
 */
export function problemWith(
  { operation, input }: Pick<PlannedCall, 'operation' | 'input'>,
  reply: unknown,
): string | undefined {
  if (operation.tool !== undefined && isToolError(reply)) return toolErrorOf(reply);
  try {
    return operation.check(reply, input) ?? problemWithHeld(operation, reply);
  } catch (thrown) {
    return `its check threw ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}`;
  }
}

/** A time that is to be told and is not makes a reply wrong as well. */
function problemWithHeld({ heldMs }: Operation, reply: unknown): string | undefined {
  if (heldMs === undefined) return undefined;
  const told: unknown = heldMs(reply);
  if (typeof told === 'number' && told >= 0) return undefined;
  return `it tells no time that the service had the call, but ${String(told)}`;
}

function isToolError(reply: unknown): reply is { readonly content?: unknown } {
  return (reply as { readonly isError?: unknown } | null | undefined)?.isError === true;
}

function toolErrorOf({ content }: { readonly content?: unknown }): string {
  const [first] = Array.isArray(content) ? (content as { readonly text?: unknown }[]) : [];
  const text = typeof first?.text === 'string' ? `: ${first.text.slice(0, MAX_TEXT)}` : '';
  return `the tool reports an error${text}`;
}
