/** The command `toolrig serve`: its flags and help. `serve.ts` does the work. */

import type { CommandModule } from 'yargs';
import { text, wholeNumber } from './coerce.ts';
import type { ServeFlags } from './serve.ts';

const MAX_PORT = 65_535;

const HELP = `Examples:
  toolrig serve
    calculator, file and data under supervision, on port 7420
  toolrig serve --config rig.json --port 0
    the services of a file, on any free port, which is printed
  TOOLRIG_SERVICES__FILE__ROOT=/srv/files toolrig serve
    settings from the environment

It answers GET /livez, /readyz, /metrics and /status on 127.0.0.1, and
toolrig status and call. SIGTERM or Ctrl-C drains: calls in flight end, services
stop in reverse. A second one ends it at once.

Exit codes:
  0  it was asked to stop, and did
  2  usage or configuration
  3  it did not start, its port is taken, or its supervisor gave up
130, 143  ended at once by a second Ctrl-C or SIGTERM`;

export const serveCommand: CommandModule<object, ServeFlags> = {
  command: 'serve',
  describe: 'run services under supervision',
  builder: (args) =>
    args
      .usage('$0 serve\n\nRuns services under supervision, with health, metrics and status.')
      .option('config', {
        string: true,
        coerce: text('config', 'a JSON file'),
        describe: 'settings as JSON; default: TOOLRIG_CONFIG, or none',
      })
      .option('port', {
        string: true,
        coerce: wholeNumber('port', 0, MAX_PORT),
        describe: 'on 127.0.0.1, 0 for any; default: the settings, or 7420',
      })
      .epilogue(HELP) as never,
  async handler(flags) {
    const { serve } = await import('./serve.ts');
    await serve(flags);
  },
};
