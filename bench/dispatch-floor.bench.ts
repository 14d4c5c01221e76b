/**
 * The same as `dispatch` at its worst: a handler that does next to nothing and answers with the
 * least that is a tool result, so that the ratio is all dispatch.
 */

import { dispatchBench } from './support/dispatch-tasks.ts';

export const bench = dispatchBench(
  'dispatch-floor',
  'a native call beside awaiting a handler that does next to nothing',
  ({ a, b }) => ({ content: [], structuredContent: { result: a + b } }),
);
