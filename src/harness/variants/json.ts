/**
 * The serialized baseline: the native transport, with request and reply turned into JSON-RPC text
 * and parsed again, as anything must that crosses a process. Bytes become base64 and come back.
 */

import { fromJsonReply, toJsonForm } from '../../mcp/index.ts';
import { methodOf } from '../load/call-plan.ts';
import { NO_USAGE, type TargetCallOptions, type Variant } from '../load/target.ts';
import { startNative } from './in-process.ts';

export const jsonVariant: Variant = {
  name: 'json',
  async open(services) {
    const transport = await startNative(services);
    let id = 0;
    const call = async (
      service: string,
      method: string,
      params: unknown,
      options?: TargetCallOptions,
    ): Promise<unknown> => {
      id++;
      const request = JSON.parse(
        JSON.stringify({ jsonrpc: '2.0', id, method, params: toJsonForm(params) }),
      );
      const result = await transport.call(service, request.method, request.params, options);
      const response = JSON.parse(
        JSON.stringify({ jsonrpc: '2.0', id: request.id, result: toJsonForm(result) }),
      );
      return fromJsonReply(method, response.result);
    };
    return {
      call,
      prepare(operation) {
        const method = methodOf(operation);
        return (params) => call(operation.service, method, params);
      },
      usage: async () => NO_USAGE,
      close: () => transport.stop(),
    };
  },
};
