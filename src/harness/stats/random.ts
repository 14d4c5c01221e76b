/**
 * Random numbers that a seed repeats exactly, on every machine: for inputs, orders and resampling.
 * Not for secrets.
 *
 * The generator is xoshiro128**, seeded through SplitMix64 as its authors advise, so that seeds
 * like 1 and 2 give unrelated sequences. Source: D. Blackman & S. Vigna, "Scrambled Linear
 * Pseudorandom Number Generators", ACM TOMS 47 (2021); reference code at https://prng.di.unimi.it/.
 */

import { requireInteger } from '../../core/options.ts';

/**
 * A source of numbers in [0, 1), with 32 random bits each.
 *
 * @param seed - an integer >= 0
 * @throws ToolrigError `ERR_INVALID_OPTION`
 */
export function seededRandom(seed: number): () => number {
  requireInteger('seed', seed, 0);
  const nextWord = splitMix64(BigInt(seed));
  const [first, second] = [nextWord(), nextWord()];
  const state = [first, first >> 32n, second, second >> 32n].map((word) =>
    Number(word & 0xffffffffn),
  );
  const nextUint32 = xoshiro128StarStar(state as [number, number, number, number]);
  return () => nextUint32() / 2 ** 32;
}

/** The 64-bit outputs of SplitMix64. */
export function splitMix64(seed: bigint): () => bigint {
  const mask = 0xffffffffffffffffn;
  let state = seed & mask;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let mixed = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
    return mixed ^ (mixed >> 31n);
  };
}

/** The 32-bit outputs of xoshiro128** 1.1 from a state of four words that are not all 0. */
export function xoshiro128StarStar(state: readonly [number, number, number, number]): () => number {
  let [s0, s1, s2, s3] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotateLeft(s3, 11);
    return result;
  };
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
