/**
 * One contender at rest, in a process of its own: `idle-child.mjs NAME SIZE`. It works for a moment,
 * says `ready`, and answers `{ windows, windowMs }` with the CPU time of each window in % of a core:
 * that of this process with all its threads, and of the process behind the contender if it has one.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepInFlight } from './blocks.mjs';
import { OURS } from './ours.mjs';
import { PROCESSES, THREADS } from './peers.mjs';
import { ADD } from './requests.mjs';
import { cpu } from './tools.mjs';

const [name, size] = process.argv.slice(2);
const contender = [...OURS, ...THREADS, ...PROCESSES].find((one) => one.name === name);
const running = await contender?.start(Number(size));
if (running !== undefined) await keepInFlight(running.call, ADD, 64, 300);

process.send('ready');
const [{ windows, windowMs }] = await once(process, 'message');
const percents = [];
let beforeUs = await usedUs();
for (let window = 0; window < windows; window++) {
  const startedMs = performance.now();
  await sleep(windowMs);
  const nowUs = await usedUs();
  percents.push((nowUs - beforeUs) / (performance.now() - startedMs) / 10);
  beforeUs = nowUs;
}
await running?.stop();
process.send({ percents }, () => process.disconnect());

async function usedUs() {
  const here = JSON.parse(cpu().content[0].text);
  if (running === undefined) return here.usedUs;
  const reply = await running.call({ name: 'cpu', arguments: {} });
  const there = JSON.parse(reply.content[0].text);
  return here.usedUs + (there.pid === here.pid ? 0 : there.usedUs);
}
