/** The native transport as it is: by name, by reference. */

import { NativeTransport, serviceChild } from '../../runtime/index.ts';
import type { Variant } from '../load/target.ts';
import { loadDefinition, startNative, transportTarget } from './in-process.ts';
import { openSupervised } from './supervised.ts';

export const nativeVariant: Variant = {
  name: 'native',
  open: async (services) => transportTarget(await startNative(services)),
  supervision: {
    survives: ['kill'],
    async open(services) {
      const transport = new NativeTransport();
      const children = Object.entries(services).map(async ([name, source]) =>
        serviceChild(transport, await loadDefinition(name, source), { name }),
      );
      return openSupervised(transport, await Promise.all(children));
    },
  },
};
