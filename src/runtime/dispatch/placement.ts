/** Where a service can run. */

/** `inline`: in the caller's isolate; `worker`: on a scheduler thread; `process`: in a child process of its own. */
export const PLACEMENTS = ['inline', 'worker', 'process'] as const;
export type Placement = (typeof PLACEMENTS)[number];
