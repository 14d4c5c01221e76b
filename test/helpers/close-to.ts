import assert from 'node:assert/strict';

/** Asserts that two numbers differ by no more than `tolerance` times the expected one. */
export function assertClose(actual: number, expected: number, tolerance: number): void {
  const allowed = tolerance * Math.abs(expected);
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} should be ${expected} ± ${allowed}`);
}
