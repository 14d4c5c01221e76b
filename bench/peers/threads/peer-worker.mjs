/**
 * The far side of every peer: `tools.mjs`, exposed the way that the peer named in `workerData` or
 * in the arguments documents. piscina and tinypool ask for a default export and nothing else.
 */

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { callTool } from './tools.mjs';

export default callTool;

const peer = isMainThread ? process.argv[2] : workerData?.peer;

if (peer === 'comlink') {
  const { expose } = await import('comlink/dist/esm/comlink.mjs');
  const { default: nodeEndpoint } = await import('comlink/dist/esm/node-adapter.mjs');
  expose({ callTool }, nodeEndpoint(parentPort));
}

if (peer === 'birpc') {
  const { createBirpc } = await import('birpc');
  createBirpc(
    { callTool },
    {
      post: (data) => parentPort.postMessage(data),
      on: (listener) => parentPort.on('message', listener),
    },
  );
}

if (peer === 'workerpool') {
  const { default: workerpool } = await import('workerpool');
  workerpool.worker({ callTool });
}

if (peer === 'post-message') {
  parentPort.on('message', ({ id, params, buffer }) => {
    if (buffer === undefined) parentPort.postMessage({ id, reply: callTool(params) });
    else parentPort.postMessage({ id, reply: { buffer } }, [buffer]);
  });
}

if (peer === 'fork') {
  process.on('message', ({ id, params }) => process.send({ id, reply: callTool(params) }));
}
