/** The ways of `src/mcp/` to reach the contract service, each opened and closed in one piece. */

import {
  ChildHost,
  connectHttp,
  connectStdio,
  linkInMemory,
  type SdkCaller,
} from '../../src/mcp/index.ts';
import { NativeTransport } from '../../src/runtime/index.ts';
import { type ContractServiceOptions, contractService } from './contract-service.ts';

export interface Route {
  readonly caller: SdkCaller;
  /** The process that serves, where there is one. */
  readonly host?: ChildHost;
  close(): Promise<void>;
}

/** How a child process finds the contract service. */
export function contractSpec(options: ContractServiceOptions = {}) {
  const module = new URL('./contract-service.js', import.meta.url).href;
  return { module, export: 'contractService', options };
}

async function openInMemory(options: ContractServiceOptions): Promise<Route> {
  const transport = new NativeTransport();
  await transport.start(contractService(options));
  const caller = await linkInMemory(transport, 'contract');
  return {
    caller,
    async close() {
      await caller.close();
      await transport.stop();
    },
  };
}

function openChild(mode: 'stdio' | 'http') {
  return async (options: ContractServiceOptions): Promise<Route> => {
    const host = await ChildHost.start({ mode, services: [contractSpec(options)] });
    const caller = await (mode === 'stdio' ? connectStdio(host) : connectHttp(host, 'contract'));
    return {
      caller,
      host,
      async close() {
        await caller.close();
        await host.stop();
      },
    };
  };
}

export const ROUTES: Readonly<Record<string, (o: ContractServiceOptions) => Promise<Route>>> = {
  'sdk-memory': openInMemory,
  stdio: openChild('stdio'),
  http: openChild('http'),
};
