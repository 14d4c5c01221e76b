/** The command `toolrig status`: its flags and help. `status.ts` does the work. */

import type { CommandModule } from 'yargs';
import { wholeNumber } from './coerce.ts';
import type { StatusFlags } from './status.ts';

const MAX_PORT = 65_535;

const HELP = `Examples:
  toolrig status
    the application on the default port, once
  toolrig status --watch
    again every second; on a terminal in place
  toolrig status --json | jq .health
    as JSON, as GET /status answers

Exit codes:
  0  healthy
  1  degraded: a service has failed its health check
  2  usage
  3  nothing is served there`;

export const statusCommand: CommandModule<object, StatusFlags> = {
  command: 'status',
  describe: 'show the tree, health, load of serve',
  builder: (args) =>
    args
      .usage('$0 status\n\nShows the tree, health and load of a running toolrig serve.')
      .option('port', {
        string: true,
        coerce: wholeNumber('port', 1, MAX_PORT),
        describe: 'where it serves; default: TOOLRIG_PORT, or 7420',
      })
      .option('watch', { alias: 'w', boolean: true, describe: 'again every second, until Ctrl-C' })
      .option('json', { boolean: true, describe: 'print JSON, with --watch a line each time' })
      .epilogue(HELP) as never,
  async handler(flags) {
    const { status } = await import('./status.ts');
    await status(flags);
  },
};
