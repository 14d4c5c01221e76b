/** The flags of every command that measures and stores a run. */

import { join } from 'node:path';
import { text, wholeNumber } from './coerce.ts';

/** Where the inputs come from; its group is where a command lists it. */
export function seedFlag(group: string) {
  return {
    group,
    string: true,
    default: '1',
    coerce: wholeNumber('seed', 0),
    describe: 'same seed, same inputs; default: 1',
  } as const;
}

/** Where the run is kept, and what is printed of it. */
export function outputFlags(group: string) {
  return {
    out: {
      group,
      string: true,
      default: join('results', 'runs'),
      coerce: text('out', 'a folder'),
      describe: 'where the run gets a folder; default: results/runs',
    },
    json: { group, boolean: true, describe: 'print the run record, and it alone' },
    quiet: { group, alias: 'q', boolean: true, describe: 'no progress on stderr' },
  } as const;
}
