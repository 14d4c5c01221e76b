/** What flags of several commands take that print comparisons. */

/** As in `harness/report/comparison-formats.ts`, which is not loaded for a mistyped flag. */
export const FORMATS = [
  'text',
  'markdown',
  'html',
  'junit',
  'github',
  'json',
  'benchmark-action',
  'bencher',
  'prometheus',
] as const;
