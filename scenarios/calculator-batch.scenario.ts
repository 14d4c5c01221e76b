/**
 * The seed's `batch_calls`: small calculations, sent in batches by as many callers as there are
 * schedulers. Nothing but dispatch to pay for, so the cost of every layer shows.
 */

import { defineScenario, type Operation, referenceService } from '../src/harness/index.ts';

interface Terms {
  readonly a: number;
  readonly b: number;
}

interface Reply {
  readonly structuredContent: { readonly result: number };
}

const terms = (random: () => number): Terms => ({
  a: Math.floor(random() * 1_000),
  b: Math.floor(random() * 1_000),
});

const add: Operation = {
  name: 'add',
  service: 'calculator',
  tool: 'add',
  input: terms,
  check({ structuredContent: { result } }: Reply, { a, b }: Terms) {
    return result === a + b ? undefined : `${a} + ${b} is not ${result}`;
  },
};

const multiply: Operation = {
  name: 'multiply',
  service: 'calculator',
  tool: 'multiply',
  input: terms,
  check({ structuredContent: { result } }: Reply, { a, b }: Terms) {
    return result === a * b ? undefined : `${a} × ${b} is not ${result}`;
  },
};

export const scenario = defineScenario({
  name: 'calculator-batch',
  description: 'small calculations in batches: what dispatch costs',
  services: { calculator: referenceService('calculator') },
  operations: [add, multiply],
  load: { batch: 16 },
});
