/** Answers what comes over a socket that it has inherited as descriptor 3, or over Node's own IPC. */

import { Socket } from 'node:net';
import { SocketLink } from '../../src/runtime/scheduler/socket-link.ts';

interface Sum {
  readonly name: string;
  readonly arguments: { readonly a: number; readonly b: number };
}

function replyTo(value: unknown): object {
  const { a, b } = (value as Sum).arguments;
  return { content: [{ type: 'text', text: `${a} + ${b} = ${a + b}` }] };
}

const [mode = '', pollUs = ''] = process.argv.slice(2);
if (mode === 'link') {
  const link = new SocketLink(
    new Socket({ fd: 3 }),
    {
      onFrame: (_kind, id, route, value) => link.send(2, id, route, replyTo(value)),
      onClose: () => {},
    },
    { pollUs: Number(pollUs), side: 'server' },
  );
} else {
  process.on('message', ({ id, value }: { id: number; value: unknown }) => {
    process.send?.({ id, value: replyTo(value) });
  });
}
