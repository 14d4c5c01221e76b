/**
 * Measures one case of a scenario on several variants.
 *
 *   preflight ──▶ warm up each until steady ──▶ rounds: one block of each variant, order alternating
 *
 * The block is the unit of replication. In every round the reference variant is measured a second
 * time, as its own twin, at the other end of the round: the ratio of a variant with itself is the
 * noise of this machine, now.
 */

import { messageOf, ToolrigError } from '../../core/errors.ts';
import { reserveHistograms } from '../stats/latency-histogram.ts';
import type { CallPlan } from './call-plan.ts';
import { Lane } from './lane.ts';
import type {
  BlockMeasurement,
  CaseMeasurement,
  Contestant,
  MeasureOptions,
} from './measurement.ts';
import { preflight } from './preflight.ts';
import type { ResolvedLoad } from './resolve-load.ts';
import { roundOrder } from './round-order.ts';
import { openGenerator } from './workers/open-generator.ts';

/** Histograms of a block: of calls and batches; and of the open loop's service, lag, held and pacing. */
const CLOSED_TIMES = 2;
const OPEN_TIMES = 6;

/**
 * Runs the case. When `signal` fires, the block under way ends with the calls under way, no other
 * is begun, and what was measured is returned; likewise when a target fails in the middle. A variant
 * may then have fewer blocks than rounds, or none. One that does not answer any more is left out of what follows, and the
 * others go on.
 *
 * @throws `ERR_USAGE`, `ERR_TARGET` or `ERR_INVALID_MEASUREMENT` when an operation does not work at
 *   all; `ERR_TARGET` when a target fails before the first block is complete, and
 *   `ERR_INVALID_MEASUREMENT` when a worker that generates calls does, or no variant answers any more
 */
export async function measureCase(
  plan: CallPlan,
  contestants: readonly Contestant[],
  load: ResolvedLoad,
  options: MeasureOptions,
): Promise<CaseMeasurement> {
  if (load.open !== undefined) requireDrivable(contestants);
  await preflight(plan, contestants, { onStep: options.onStep });
  const lanes: Lane[] = [];
  try {
    for (const each of contestants) {
      const workers = load.open?.workers ?? 1;
      const generator = await openGenerator(each, plan, workers, options.planSource);
      lanes.push(new Lane(each, generator, plan, load, options));
    }
    return await measureLanes(lanes, load, options);
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/** Warms up, and measures round by round. */
async function measureLanes(
  lanes: readonly Lane[],
  load: ResolvedLoad,
  options: MeasureOptions,
): Promise<CaseMeasurement> {
  const silent = new Map<Lane, ToolrigError>();
  const twin: BlockMeasurement[] = [];
  let failure: ToolrigError | undefined;
  const soFar = () => ({ variants: lanes.map((lane) => lane.result()), twin, failure });
  options.onBegun?.(soFar);
  // Those that blocks are kept in: room is made before there is anything to be disturbed by it.
  reserveHistograms(
    (lanes.length + 1) * load.rounds * (load.open === undefined ? CLOSED_TIMES : OPEN_TIMES),
  );
  await warmUp(lanes, options, silent);
  // An open loop's one long round would take twice the time, and tell nothing about noise.
  const hasTwin = load.open === undefined || load.rounds > 1;
  const reference = hasTwin ? lanes.find((lane) => lane.variant === options.reference) : undefined;
  const blocks = [
    ...lanes.map((lane) => ({ lane, isTwin: false })),
    ...(reference === undefined ? [] : [{ lane: reference, isTwin: true }]),
  ];
  let running = '';
  try {
    for (let round = 0; round < load.rounds; round++) {
      for (const [index, { lane, isTwin }] of roundOrder(blocks, round).entries()) {
        if (options.signal.aborted) break;
        if (silent.has(lane)) continue;
        running = `variant '${lane.variant}' in round ${round + 1}`;
        options.onStep?.(running);
        await unlessGivenUp(silent, lane, running, async () => {
          if (isTwin) twin.push(...(await lane.measureTwin(round)));
          else await lane.measure(round, index / blocks.length, 1 / blocks.length);
        });
      }
    }
  } catch (thrown) {
    // A worker that generates calls is not the target.
    const isOurs = thrown instanceof ToolrigError && thrown.code === 'ERR_INVALID_MEASUREMENT';
    const code = isOurs ? thrown.code : 'ERR_TARGET';
    failure = new ToolrigError(code, `${running} failed: ${messageOf(thrown)}`, { cause: thrown });
  }
  failure ??= togetherOf([...silent.values()]);
  if (failure !== undefined && lanes.every((lane) => lane.result().blocks.length === 0)) {
    throw failure;
  }
  return soFar();
}

/**
 * Runs short windows of all variants in turn, each until it is steady or has had its time. In turn,
 * because they share the loop that calls them: what V8 makes of it depends on all of them.
 */
async function warmUp(
  lanes: readonly Lane[],
  { signal, onStep }: MeasureOptions,
  silent: Map<Lane, ToolrigError>,
): Promise<void> {
  let cold = lanes;
  while (cold.length > 0 && !signal.aborted) {
    for (const lane of cold) {
      const running = `variant '${lane.variant}' in its warm-up`;
      onStep?.(running);
      await unlessGivenUp(silent, lane, running, () => lane.warm());
    }
    cold = cold.filter((lane) => !lane.isWarm && !silent.has(lane));
  }
}

/** Does a step of a lane; when it is not answered any more, the lane is among the silent ones. */
async function unlessGivenUp(
  silent: Map<Lane, ToolrigError>,
  lane: Lane,
  step: string,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    if (!(thrown instanceof ToolrigError) || thrown.code !== 'ERR_TIMEOUT') throw thrown;
    const message = `${step} failed: ${thrown.message}`;
    silent.set(lane, new ToolrigError('ERR_INVALID_MEASUREMENT', message, { cause: thrown }));
  }
}

function togetherOf(errors: readonly ToolrigError[]): ToolrigError | undefined {
  const [first, ...others] = errors;
  if (first === undefined || others.length === 0) return first;
  const message = errors.map((error) => error.message).join('; ');
  return new ToolrigError(first.code, message, { cause: first });
}

/** A variant that makes its own load has its own idea of when to send it. */
function requireDrivable(contestants: readonly Contestant[]): void {
  const driving = contestants.find(({ target }) => target.drive !== undefined);
  if (driving === undefined) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `variant '${driving.variant}' makes its load itself, in a closed loop: leave out the rate, or the variant`,
  );
}
