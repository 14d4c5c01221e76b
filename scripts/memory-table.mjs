/**
 * What a service that takes memory without end does to its host, by placement and kind of growth:
 * `node scripts/memory-table.mjs [--times 20] [--placement worker,process] [--growth map,giant] [--limit-mib 64]`.
 *
 * Prints the table of docs/ISOLATION.md. Each host is a process of its own, for on a worker thread
 * V8 may abort it; in a process it must not, and this exits with 1 when it does.
 */

import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { NativeTransport } from '../dist/src/runtime/index.js';
import { GROWTHS, ROGUE_MODULE } from '../dist/test/helpers/rogue-service.js';

const MIB = 2 ** 20;
/** Time in which a service must have ended, in ms. */
const PATIENCE_MS = 20_000;
/** Time in which a host must have ended, in ms: a thread in the middle of a giant allocation keeps it for minutes. */
const HOST_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    times: { type: 'string', default: '20' },
    placement: { type: 'string', default: 'worker,process' },
    growth: { type: 'string', default: GROWTHS.join(',') },
    'limit-mib': { type: 'string', default: '64' },
    /** Set for the hosts that this starts. */
    host: { type: 'string' },
  },
});

const limitBytes = Number(options['limit-mib']) * MIB;

/** The host: starts the service, lets it grow, and again, and says what happened as a line of JSON each. */
async function host(placement, growth) {
  const transport = new NativeTransport();
  const source = { module: ROGUE_MODULE, export: 'rogueService' };
  await transport.start(source, { name: 'bystander' });
  for (let time = 0; time < Number(options.times); time++) {
    await transport.start(source, { name: 'rogue', placement, memoryLimitBytes: limitBytes });
    const startedAtMs = performance.now();
    const exited = transport.lookup('rogue').exited;
    const code = await transport
      .call('rogue', 'grow', growth, { timeoutMs: PATIENCE_MS })
      .catch((error) => error.code);
    const reason = await exited;
    globalThis.gc?.();
    const lived = (await transport.call('bystander', 'echo', time)) === time;
    const ms = Math.round(performance.now() - startedAtMs);
    const rssMib = Math.round(process.memoryUsage.rss() / MIB);
    console.log(JSON.stringify({ time, code, lived, ms, rssMib, reason: String(reason) }));
  }
  await transport.stop();
}

/** Runs one host to its end. */
async function trial(placement, growth) {
  const args = [
    '--expose-gc',
    import.meta.filename,
    `--host=${placement}:${growth}`,
    `--times=${options.times}`,
    `--limit-mib=${options['limit-mib']}`,
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: HOST_MS,
    killSignal: 'SIGKILL',
  });
  const startedAtMs = performance.now();
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  const [code, signal] = await new Promise((resolve) => {
    child.once('close', (...how) => resolve(how));
  });
  const isLate = performance.now() - startedAtMs >= HOST_MS;
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const contained = lines.filter((line) => line.lived && line.code === 'ERR_SERVICE_EXIT').length;
  const times = lines.map((line) => line.ms).toSorted((a, b) => a - b);
  return {
    placement,
    growth,
    contained: `${contained} of ${options.times}`,
    isContained: contained === Number(options.times) && code === 0,
    medianMs: times[times.length >> 1] ?? '-',
    rssFirstMib: lines[0]?.rssMib ?? '-',
    rssLastMib: lines.at(-1)?.rssMib ?? '-',
    host:
      code === 0
        ? 'lives'
        : `ended: ${isLate ? `not within ${HOST_MS / 1e3} s` : (signal ?? `code ${code}`)}`,
    reason: lines.at(-1)?.reason ?? '-',
  };
}

if (options.host === undefined) {
  let isBroken = false;
  console.log(
    `Node ${process.version}, limit ${options['limit-mib']} MiB, ${options.times} times each`,
  );
  console.log(
    '| placement | growth | contained | median ms | host RSS after the first / last, MiB | host | reason |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const placement of options.placement.split(',')) {
    for (const growth of options.growth.split(',')) {
      const row = await trial(placement, growth);
      if (placement === 'process' && !row.isContained) isBroken = true;
      console.log(
        `| ${row.placement} | ${row.growth} | ${row.contained} | ${row.medianMs} | ` +
          `${row.rssFirstMib} / ${row.rssLastMib} | ${row.host} | ${row.reason} |`,
      );
    }
  }
  process.exitCode = isBroken ? 1 : 0;
} else {
  await host(...options.host.split(':'));
}
