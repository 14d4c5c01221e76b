/**
 * How long answers are waited for where calls have no deadline of their own, as those of `direct`: what hangs
 * for ever would be waited for for ever.
 */

import { ToolrigError } from '../../core/errors.ts';

/** A second more than a call's own deadline, in ms. */
export const GIVE_UP_MS = 6_000;
/** Looks are counted and not the clock: a machine that was asleep has not been waited for. */
const LOOK_EVERY_MS = 1_000;

/** A block of calls under way. */
export interface WatchedBlock {
  readonly callsOut: number;
  /** Grows with every call that is sent, and every one that is answered. */
  readonly steps: number;
}

/**
 * What `done` resolves with, unless there are calls out and for `giveUpMs` none was sent and none answered.
 *
 * @param giveUpMs - rounded up to whole seconds. Default: {@link GIVE_UP_MS}.
 * @throws (rejects) what `done` rejects with; `ERR_TIMEOUT` when it is given up
 */
export async function unlessSilent<T>(
  done: Promise<T>,
  block: WatchedBlock,
  giveUpMs: number = GIVE_UP_MS,
): Promise<T> {
  const looks = Math.ceil(giveUpMs / LOOK_EVERY_MS);
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    let steps = block.steps;
    let silentLooks = 0;
    const look = () => {
      const { callsOut } = block;
      silentLooks = callsOut > 0 && block.steps === steps ? silentLooks + 1 : 0;
      steps = block.steps;
      if (silentLooks === looks) reject(gaveUp(callsOut, giveUpMs));
      else timer = setTimeout(look, LOOK_EVERY_MS);
    };
    timer = setTimeout(look, LOOK_EVERY_MS);
  });
  try {
    return await Promise.race([done, silent]);
  } finally {
    clearTimeout(timer);
  }
}

function gaveUp(callsOut: number, giveUpMs: number): ToolrigError {
  const [calls, were] = callsOut === 1 ? ['call', 'was'] : ['calls', 'were'];
  return new ToolrigError(
    'ERR_TIMEOUT',
    `${callsOut} ${calls} ${were} not answered within ${giveUpMs / 1e3} s, and given up: ` +
      'leave the variant out, or see to it that the service answers',
  );
}
