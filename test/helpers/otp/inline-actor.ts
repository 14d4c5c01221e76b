/** Children that are functions of this isolate. */

import { inlineChild } from '../../../src/runtime/index.ts';
import { type Actor, type Behaviour, type Outcome, toReason } from './actor.ts';

/** How a child that runs is told to end. */
interface Ending {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export function makeInlineActor(outcome: Outcome, behaviour: Behaviour): Actor {
  let ending: Ending | undefined;
  const start = inlineChild((signal) => {
    const end = new Promise<void>((resolve, reject) => {
      ending = { resolve, reject };
    });
    signal.addEventListener('abort', () => obey(behaviour, ending), { once: true });
    return end;
  });
  return {
    start: (signal) => {
      if (outcome === 'ignore') return outcome;
      if (outcome === 'crash') throw new Error('crash');
      if (outcome[0] === 'error') throw outcome[1];
      return start(signal);
    },
    end: (reason) => {
      if (reason === 'normal') ending?.resolve();
      else ending?.reject(toReason(reason));
    },
  };
}

function obey(behaviour: Behaviour, ending: Ending | undefined): void {
  if (behaviour === 'hang') return;
  if (behaviour === 'obey') ending?.resolve();
  else if (behaviour[0] === 'slow') setTimeout(() => ending?.resolve(), behaviour[1]);
  else ending?.reject(toReason(behaviour[1]));
}
