/** What finding a service by its name costs, among 64: the same one again, another each time, a handle. */

import { defineMicroBench } from '../src/harness/load/micro-bench.ts';
import { defineService, NativeTransport, type ServiceReference } from '../src/runtime/index.ts';

const NAMES = Array.from({ length: 64 }, (_, index) => `service-${index}`);

export const bench = defineMicroBench<NativeTransport>({
  name: 'registry',
  description: 'Finding a service by its name, beside a plain Map',
  baseline: 'map-get',
  setup: async () => {
    const transport = new NativeTransport();
    for (const name of NAMES) await transport.start(defineService({ name }));
    return transport;
  },
  teardown: (transport) => transport.stop(),
  tasks: [
    {
      name: 'map-get',
      mode: 'sync',
      prepare: (transport) => {
        const references = new Map<string, ServiceReference>();
        for (const { name, reference } of transport.listServices()) references.set(name, reference);
        return (calls) => {
          let right = 0;
          for (let i = 0; i < calls; i++) {
            const name = NAMES[i & 63] as string;
            if (references.get(name)?.name === name) right++;
          }
          return right;
        };
      },
    },
    {
      name: 'lookup',
      mode: 'sync',
      prepare: (transport) => (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) {
          const name = NAMES[i & 63] as string;
          if (transport.lookup(name)?.name === name) right++;
        }
        return right;
      },
    },
    {
      name: 'lookup-again',
      mode: 'sync',
      prepare: (transport) => {
        const name = NAMES[7] as string;
        return (calls) => {
          let right = 0;
          for (let i = 0; i < calls; i++) if (transport.lookup(name)?.name === name) right++;
          return right;
        };
      },
    },
    {
      name: 'handle',
      mode: 'sync',
      prepare: (transport) => {
        const handles = NAMES.map((name) => transport.service(name));
        return (calls) => {
          let right = 0;
          for (let i = 0; i < calls; i++) if (handles[i & 63]?.isAvailable === true) right++;
          return right;
        };
      },
    },
  ],
});
