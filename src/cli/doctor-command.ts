/** The command `toolrig doctor`: its flags and help. `doctor.ts` does the work. */

import type { CommandModule } from 'yargs';
import type { DoctorFlags } from './doctor.ts';

const EXAMPLES = `Examples:
  toolrig doctor
    what measurements made here are worth: half a minute
  toolrig doctor --host
    the machine alone, without making any load: two seconds
  toolrig doctor --json > doctor.json
    the same, as JSON

Exit codes:
  0  measurements can be made; there may be warnings
  2  usage
  4  a measurement made here and now could not be defended
130  interrupted`;

export const doctorCommand: CommandModule<object, DoctorFlags> = {
  command: 'doctor',
  describe: 'say what measurements here are worth',
  builder: (args) =>
    args
      .usage(
        '$0 doctor\n\nLooks at the clock, the CPUs and who else uses them, then measures how much load this machine can make and how far equal code seems to differ here and now: no change below that can be told.',
      )
      .option('host', { boolean: true, describe: 'look at the machine only: no load, no noise' })
      .option('json', { boolean: true, describe: 'print one JSON document, and it alone' })
      .option('quiet', { alias: 'q', boolean: true, describe: 'no progress on stderr' })
      .epilogue(EXAMPLES) as never,
  async handler(flags) {
    const { doctor } = await import('./doctor.ts');
    await doctor(flags);
  },
};
