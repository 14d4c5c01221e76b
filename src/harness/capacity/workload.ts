/**
 * A workload as people say it, and what it comes to.
 *
 *   400 agents, 6 calls a turn, 2 turns a minute, burst 3x      80 calls/s, 240 at peak
 *   10000 calls a second, burst 2x
 *   1200 calls a minute
 *
 * Parts come in any order. Each says how many of something there are in one of something else; the rate is
 * their product, so what does not lead from a call to a stretch of time is an error, never a guess.
 */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';

export interface Workload {
  /** As it was written. */
  readonly text: string;
  readonly meanRatePerSecond: number;
  /** The mean times the burst. */
  readonly peakRatePerSecond: number;
  /** Peak over mean, >= 1. */
  readonly burst: number;
}

const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
};
/** What a chain of parts may lead through, from the callers to their calls. */
const COUNTED = ['agents', 'users', 'sessions', 'turns', 'calls'] as const;
const PART = /^([\d_,]*\.?\d+)\s+([a-z]+)(?:\s*(?:a|an|per|each|\/)\s*([a-z]+))?$/;
const BURST = /^burst\s+([\d.]+)\s*[x×]?$/;

interface Part {
  readonly count: number;
  readonly of: string;
  /** What it is counted in, `undefined` for a plain number of callers. */
  readonly in: string | undefined;
}

/**
 * Reads a workload.
 *
 * @throws ToolrigError `ERR_USAGE` naming the part that cannot be used
 */
export function parseWorkload(text: string): Workload {
  let burst: number | undefined;
  const parts: Part[] = [];
  // Separators of thousands are no separators of parts: `10,000 calls`.
  for (const raw of text.toLowerCase().split(/[,;](?!\d{3}\b)/)) {
    const part = raw.trim();
    const burstMatch = BURST.exec(part);
    if (burstMatch === null) {
      parts.push(parsePart(text, part));
      continue;
    }
    if (burst !== undefined) throw usage(text, 'it has two bursts');
    burst = Number(burstMatch[1]);
    if (!(burst >= 1)) throw usage(text, `a burst is at least 1x, got '${part}'`);
  }
  const meanRatePerSecond = rateOf(text, parts);
  return {
    text: text.trim(),
    meanRatePerSecond,
    peakRatePerSecond: meanRatePerSecond * (burst ?? 1),
    burst: burst ?? 1,
  };
}

function parsePart(text: string, part: string): Part {
  const match = PART.exec(part);
  if (match === null) {
    throw usage(text, `write '${part}' as '400 agents', '6 calls a turn' or 'burst 3x'`);
  }
  const [, digits = '', of = '', unit] = match;
  const count = Number(digits.replaceAll(/[_,]/g, ''));
  if (!(count > 0)) throw usage(text, `'${part}' must count something, a number > 0`);
  return {
    count,
    of: countedName(text, of),
    in: unit === undefined ? undefined : unitName(text, unit),
  };
}

function countedName(text: string, word: string): string {
  const found = COUNTED.find((known) => singular(known) === singular(word));
  if (found !== undefined) return singular(found);
  throw usage(text, `'${word}' is none of ${COUNTED.join(', ')}.${didYouMean(word, COUNTED)}`);
}

function unitName(text: string, word: string): string {
  const name = singular(word);
  const known = [...Object.keys(SECONDS), ...COUNTED.map(singular)];
  if (known.includes(name)) return name;
  throw usage(text, `'${word}' is none of ${known.join(', ')}.${didYouMean(word, known)}`);
}

/** Follows the parts from calls to time, and multiplies by those who make them. */
function rateOf(text: string, parts: readonly Part[]): number {
  const unused = new Set(parts);
  const counted = new Set<string>();
  let rate = 1;
  let unit = 'call';
  while (!Object.hasOwn(SECONDS, unit)) {
    const next = [...unused].filter((part) => part.of === unit && part.in !== undefined);
    if (next.length !== 1) {
      throw usage(
        text,
        next.length === 0
          ? `it does not say how many ${unit}s there are in a stretch of time, as in '2 ${unit}s a minute'`
          : `it says twice how many ${unit}s there are`,
      );
    }
    const part = next[0] as Part;
    unused.delete(part);
    counted.add(part.of);
    rate *= part.count;
    unit = part.in as string;
  }
  const callers = [...unused];
  const odd = callers.find((part) => part.in !== undefined || counted.has(part.of)) ?? callers[1];
  if (odd !== undefined) {
    throw usage(text, `'${odd.of}s' leads nowhere: leave one way from calls to a stretch of time`);
  }
  return (rate * (callers[0]?.count ?? 1)) / (SECONDS[unit] as number);
}

function singular(word: string): string {
  return word.replace(/s$/, '');
}

function usage(text: string, what: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', `workload '${text.trim()}' cannot be used: ${what}`);
}
