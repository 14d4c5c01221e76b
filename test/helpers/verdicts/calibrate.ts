/**
 * Finds how many steps of work make a call slower by a given share. By measuring them where they
 * will run: beside a call, a few steps take less time than alone, and many take more.
 */

/** Enough to be seen on any machine. */
const MANY_STEPS = 50;
/** How near to what was asked for is near enough: 0.005 is half a percent. */
const TOLERANCE = 0.005;
const MOST_TURNS = 6;

/**
 * Steps that slow a call by `slowdown` (0.05 is 5 %), at least one, and by how much they did.
 *
 * @param ratioAt - measures how many times as long a call takes with so many steps
 */
export async function calibrateSteps(
  slowdown: number,
  ratioAt: (steps: number) => Promise<number>,
): Promise<{ readonly steps: number; readonly measured: number }> {
  let [steps, measured] = [MANY_STEPS, (await ratioAt(MANY_STEPS)) - 1];
  const perStep = measured / steps;
  for (let turn = 0; turn < MOST_TURNS && Math.abs(measured - slowdown) > TOLERANCE; turn++) {
    if (!(perStep > 0)) break;
    steps = Math.max(1, Math.round(steps + (slowdown - measured) / perStep));
    measured = (await ratioAt(steps)) - 1;
  }
  return { steps, measured };
}
