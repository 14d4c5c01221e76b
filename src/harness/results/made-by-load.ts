/** Whether a run is of a server that `toolrig load` was pointed at: another than any that a scenario starts under that name. */

import type { RunRecord } from './run-record.ts';

/** The command is all that tells: what is called, and how, may have the names of a scenario and a variant. */
export function isMadeByLoad({ command }: Pick<RunRecord, 'command'>): boolean {
  return /^toolrig load(?: |$)/.test(command);
}
