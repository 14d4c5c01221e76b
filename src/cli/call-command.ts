/** The command `toolrig call SERVICE METHOD [JSON]`: its arguments and help. `call.ts` does the work. */

import type { CommandModule } from 'yargs';
import type { CallFlags } from './call.ts';
import { duration, wholeNumber } from './coerce.ts';

const MAX_PORT = 65_535;

const HELP = `Examples:
  toolrig call calculator ping
  toolrig call calculator tools/list
  toolrig call calculator tools/call '{"name":"add","arguments":{"a":1,"b":2}}'
  toolrig call data tools/call @request.json --timeout 30s
    the parameters from a file; @- for standard input

The reply is printed as JSON. When the application has an admin token, set
TOOLRIG_ADMIN_TOKEN, or TOOLRIG_ADMIN_TOKEN_FILE to a file with it.

Exit codes:
  0  the service replied
  1  the call failed, its code on stderr; or the tool could not do it (isError)
  2  usage: a flag, or parameters that are no JSON
  3  nothing is served there`;

export const callCommand: CommandModule<object, CallFlags> = {
  command: 'call <service> <method> [json]',
  describe: 'call a service that serve runs',
  builder: (args) =>
    args
      .usage('$0 call <service> <method> [json]\n\nCalls a service of a running toolrig serve.')
      .positional('service', { type: 'string', demandOption: true, describe: 'its name' })
      .positional('method', {
        type: 'string',
        demandOption: true,
        describe: 'ping, get_stats, tools/list, tools/call, …',
      })
      .positional('json', { type: 'string', describe: 'its parameters; @file for those in a file' })
      .option('port', {
        string: true,
        coerce: wholeNumber('port', 1, MAX_PORT),
        describe: 'where it serves; default: TOOLRIG_PORT, or 7420',
      })
      .option('timeout', {
        string: true,
        default: '5s',
        coerce: duration('timeout'),
        describe: 'time that the service has, as 500ms or 10s; default: 5s',
      })
      .epilogue(HELP) as never,
  async handler(flags) {
    const { call } = await import('./call.ts');
    await call(flags);
  },
};
