/** What each step of a scenario takes, so that a file with another is refused before anything runs. */

import { didYouMean } from '../../../src/core/nearest.ts';

type Shape = 'name' | 'ms' | 'reason' | 'spec' | 'outcomes';

const SETUP: Readonly<Record<string, readonly Shape[]>> = {
  plan: ['name', 'outcomes'],
  behaviour: ['name', 'reason'],
};

const STEPS: Readonly<Record<string, readonly Shape[]>> = {
  ...SETUP,
  exit: ['name', 'reason'],
  exit_label: ['name', 'reason'],
  sleep: ['ms'],
  terminate_child: ['name'],
  terminate_label: ['name'],
  restart_child: ['name'],
  delete_child: ['name'],
  start_child: ['spec'],
  start_dyn: ['name'],
  which: [],
  count: [],
  which_of: ['name'],
  stop: ['reason'],
};

/** Throws a `TypeError` for a step that there is not, or that lacks what it takes. */
export function checkStep(where: string, phase: 'setup' | 'steps', step: unknown): void {
  const shapes = phase === 'setup' ? SETUP : STEPS;
  const [operation, ...given] = Array.isArray(step) ? (step as unknown[]) : [];
  if (typeof operation !== 'string') {
    throw new TypeError(`${where}: a step is [operation, ...], got ${JSON.stringify(step)}`);
  }
  const wanted = Object.hasOwn(shapes, operation) ? shapes[operation] : undefined;
  if (wanted === undefined) {
    const nearest = didYouMean(operation, Object.keys(shapes));
    throw new TypeError(`${where}: no step '${operation}' in '${phase}'.${nearest}`);
  }
  if (!wanted.every((shape, at) => has(shape, given[at]))) {
    const form = [operation, ...wanted].join(', ');
    throw new TypeError(`${where}: a step is [${form}], got ${JSON.stringify(step)}`);
  }
}

function has(shape: Shape, given: unknown): boolean {
  switch (shape) {
    case 'name':
      return typeof given === 'string';
    case 'ms':
      return typeof given === 'number' && given >= 0;
    case 'reason':
      return typeof given === 'string' || Array.isArray(given);
    case 'spec':
      return typeof given === 'object' && given !== null && !Array.isArray(given);
    case 'outcomes':
      return Array.isArray(given);
  }
}
