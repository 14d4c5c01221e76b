/** The command `toolrig ui`: its flags and help. `ui.ts` does the work. */

import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { text, wholeNumber } from './coerce.ts';
import type { UiFlags } from './ui.ts';

const MAX_PORT = 65_535;

const HELP = `Examples:
  toolrig ui
    runs in results/runs, at http://127.0.0.1:7430
  toolrig ui --port 0 --out /tmp/runs
    another folder, on any port that is free

For this machine alone, and read-only. Ctrl-C ends it.

Exit codes:
  0  ended by Ctrl-C
  2  usage
  3  the port is taken`;

export const uiCommand: CommandModule<object, UiFlags> = {
  command: 'ui',
  describe: 'browse stored runs as pages',
  builder: (args) =>
    args
      .usage('$0 ui\n\nServes stored runs as pages: each run, any two compared, trends.')
      .options({
        port: {
          string: true,
          default: '7430',
          coerce: wholeNumber('port', 0, MAX_PORT),
          describe: 'where to serve, 0 for any; default: 7430',
        },
        out: {
          string: true,
          default: join('results', 'runs'),
          coerce: text('out', 'a folder'),
          describe: 'where the runs are; default: results/runs',
        },
      })
      .epilogue(HELP),
  async handler(flags) {
    const { ui } = await import('./ui.ts');
    await ui(flags);
  },
};
