/**
 * A program that drains: it has a call in flight when SIGTERM comes. It says what happens on its
 * standard output and sets no exit code.
 */

import { setTimeout } from 'node:timers/promises';
import {
  Application,
  defineService,
  NativeTransport,
  serviceChild,
} from '../../../src/runtime/index.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const transport = new NativeTransport();
const service = (name: string): Parameters<typeof serviceChild>[1] =>
  defineService({
    name,
    methods: {
      slow: async () => {
        await setTimeout(300);
        return 'done';
      },
    },
    terminate: () => say(`${name} stopped`),
  });
const application = new Application(
  [serviceChild(transport, service('first')), serviceChild(transport, service('second'))],
  { stopAccepting: () => say('stopped accepting') },
);
await application.start();
application.handleSignals();
// Stands for a listener: keeps the program running until it is told to stop.
const listener = setInterval(() => {}, 1_000);
void application.whenEnded.then((reason) => {
  clearInterval(listener);
  say(`ended: ${String(reason)}`);
});
void transport.call('second', 'slow').then((reply) => say(`in flight: ${String(reply)}`));
say('ready');
