/**
 * Finds how many steps of work make a call slower by a given share. By measuring them where they
 * will run: beside a call, a few steps take less time than alone, and many take more.
 */

/** Enough to be seen on any machine. */
const MANY_STEPS = 64;
/** How near to what was asked for is near enough: 0.004 is 0.4 %. */
const NEAR = 0.004;

/**
 * Steps that slow a call by `slowdown` (0.05 is 5 %), at least one, and by how much they did. By
 * halving: the first steps are done beside the call and take no time, so that it does not go in proportion.
 *
 * @param ratioAt - measures how many times as long a call takes with so many steps
 */
export async function calibrateSteps(
  slowdown: number,
  ratioAt: (steps: number) => Promise<number>,
): Promise<{ readonly steps: number; readonly measured: number }> {
  let [few, many] = [0, MANY_STEPS];
  let best = { steps: MANY_STEPS, measured: Number.POSITIVE_INFINITY };
  while (many - few > 1) {
    const steps = Math.round((few + many) / 2);
    const measured = (await ratioAt(steps)) - 1;
    const distance = Math.abs(measured - slowdown);
    if (distance < Math.abs(best.measured - slowdown)) best = { steps, measured };
    if (distance < NEAR) break;
    if (measured < slowdown) few = steps;
    else many = steps;
  }
  return best;
}
