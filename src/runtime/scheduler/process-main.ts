/**
 * The program of a child process that hosts one service: a guest at the end of a socket, which its
 * parent gave it as file descriptor 3. It ends when its parent does.
 */

import { Socket } from 'node:net';
import { Guest } from './guest.ts';
import { SocketLink } from './socket-link.ts';
import { warmUp } from './warm-up.ts';

const LINK_FD = 3;

const guest = new Guest(() => process.exit(0));
guest.connect(new SocketLink(new Socket({ fd: LINK_FD }), guest, { side: 'server' }));
// The parent decides when its children end: a Ctrl-C reaches the whole group of processes at once.
process.on('SIGINT', () => {});

warmUp();
