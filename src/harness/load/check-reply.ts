/** Whether a reply is right, as its operation's check sees it. */

import type { PlannedCall } from './call-plan.ts';

/**
 * What is wrong with the reply to a call, or `undefined` when it is right. A check that throws, as
 * one does that reaches into a reply of another shape, has found it wrong.
 */
export function problemWith(
  { operation, input }: Pick<PlannedCall, 'operation' | 'input'>,
  reply: unknown,
): string | undefined {
  try {
    return operation.check(reply, input);
  } catch (thrown) {
    return `its check threw ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}`;
  }
}
