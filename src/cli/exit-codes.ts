/** What the program's exit codes mean; they are API for CI. */

import { ToolrigError } from '../core/errors.ts';

export const EXIT = {
  pass: 0,
  /** A threshold failed. */
  failed: 1,
  /** Usage or configuration. */
  usage: 2,
  /** The target did not start or connect. */
  target: 3,
  /** The measurement is invalid. */
  invalid: 4,
  /** Nothing could be concluded; only where that was asked for. */
  inconclusive: 5,
  /** Interrupted; partial results are kept. */
  interrupted: 130,
} as const;

/** What they mean, for `--help`. */
export const EXIT_CODES_HELP = `Exit codes:
  0  pass
  1  a threshold failed, or calls did
  2  usage: a flag, a scenario, a folder or an output that cannot be written
  3  a target did not start, or ended
  4  the measurement is invalid
130  interrupted; what was measured is kept`;

/** The exit code for something thrown. What is no ToolrigError is a defect: nothing was measured. */
export function exitCodeOf(thrown: unknown): number {
  if (!(thrown instanceof ToolrigError)) return EXIT.invalid;
  switch (thrown.code) {
    case 'ERR_USAGE':
    case 'ERR_INVALID_OPTION':
      return EXIT.usage;
    case 'ERR_INVALID_MEASUREMENT':
      return EXIT.invalid;
    default:
      return EXIT.target;
  }
}
