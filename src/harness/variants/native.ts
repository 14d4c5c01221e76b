/** The native transport as it is: by name, by reference. */

import { methodOf } from '../load/call-plan.ts';
import { NO_USAGE, type Variant } from '../load/target.ts';
import { startNative } from './in-process.ts';

export const nativeVariant: Variant = {
  name: 'native',
  pays: 'registry, mailbox, validation, deadline, telemetry; by reference',
  async open(services) {
    const transport = await startNative(services);
    return {
      call: (service, method, params, options) => transport.call(service, method, params, options),
      prepare(operation) {
        const { service } = operation;
        const method = methodOf(operation);
        return (params) => transport.call(service, method, params);
      },
      usage: async () => NO_USAGE,
      close: () => transport.stop(),
    };
  },
};
