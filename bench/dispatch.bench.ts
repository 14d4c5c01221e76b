/**
 * What a native call costs beside the bare function, for the calculator's `add` as the seed has it:
 * a real, small tool that puts its result into words.
 */

import { dispatchBench } from './support/dispatch-tasks.ts';

export const bench = dispatchBench(
  'dispatch',
  "a native call beside awaiting its handler bare: the calculator's add",
  ({ a, b }) => {
    const result = a + b;
    return {
      content: [{ type: 'text', text: `${a} + ${b} = ${result}` }],
      structuredContent: { result },
    };
  },
);
