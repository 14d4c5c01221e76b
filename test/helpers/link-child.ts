/**
 * The other end of a link in a process of its own, on descriptor 3. It echoes what it hears, unless
 * it is asked for trouble.
 */

import { Socket } from 'node:net';
import { SocketLink } from '../../src/runtime/scheduler/socket-link.ts';

const socket = new Socket({ fd: 3 });
const link = new SocketLink(
  socket,
  {
    onFrame(kind, id, route, value) {
      if (value === 'die') process.kill(process.pid, 'SIGKILL');
      else if (value === 'write garbage') socket.write('this is no frame at all');
      else if (value === 'close') link.close();
      else link.send(kind, id, route, value);
    },
    onClose(reason) {
      process.stdout.write(String(reason));
    },
  },
  { side: 'server' },
);
