/**
 * The program of a child process that hosts one service: a guest at the end of a socket, which its
 * parent gave it as file descriptor 3. It ends when its parent does.
 *
 * Most of the time that a service takes to start in a new process goes into loading Toolrig and the
 * validator of schemas. So this program does that before it is asked for anything: a process that
 * waits for its service is warm.
 */

import { Socket } from 'node:net';
import { defineService } from '../index.ts';
import { Guest } from './guest.ts';
import { SocketLink } from './socket-link.ts';

const LINK_FD = 3;

const guest = new Guest(() => process.exit(0));
guest.connect(new SocketLink(new Socket({ fd: LINK_FD }), guest, { side: 'server' }));
// The parent decides when its children end: a Ctrl-C reaches the whole group of processes at once.
process.on('SIGINT', () => {});

// Its schema takes the validator through its first compilation; the service is not started.
defineService({
  name: 'warm-up',
  tools: {
    any: {
      description: 'Compiles the first schema',
      inputSchema: {
        type: 'object',
        properties: { number: { type: 'number' }, text: { type: 'string' } },
        required: ['number'],
        additionalProperties: false,
      },
      handler: () => ({ content: [] }),
    },
  },
});
