/** What `toolrig status` does: asks a running application how it is, once or every second. */

import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from './exit-codes.ts';
import { portOf } from './serving/port.ts';
import { fetchStatus } from './serving/status-client.ts';
import type { StatusDocument } from './serving/status-document.ts';
import { renderStatus, renderStatusLine } from './serving/status-view.ts';
import { isLive, isStdoutGone, stdout, wantsColour } from './streams.ts';

/** The flags, checked one by one. */
export interface StatusFlags {
  readonly port?: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

const EVERY_MS = 1_000;
/** Of a terminal that does not say. */
const DEFAULT_ROWS = 24;

/**
 * Prints the status and sets the exit code; with `watch` until it is interrupted, or nobody reads on.
 *
 * @throws `ERR_TARGET` when nothing is served there, or no longer
 */
export async function status({ port, watch = false, json = false }: StatusFlags): Promise<void> {
  const at = portOf(port, process.env);
  let shownLines = 0;
  for (;;) {
    const found = await fetchStatus(at);
    process.exitCode = found.health.status === 'healthy' ? EXIT.pass : EXIT.failed;
    if (!watch) return stdout(json ? `${JSON.stringify(found, null, 2)}\n` : view(found));
    if (json) stdout(`${JSON.stringify(found)}\n`);
    else if (isLive(process.stdout)) shownLines = redraw(view(found), shownLines);
    else stdout(`${renderStatusLine(found, Date.now())}\n`);
    await sleep(EVERY_MS);
    if (isStdoutGone()) return;
  }
}

function view(found: StatusDocument): string {
  const colour = wantsColour(process.stdout) ? 'ansi' : 'none';
  return renderStatus(found, { colour, nowMs: Date.now() });
}

/**
 * Draws over what was drawn before. Returns how many lines there are now. While it draws, long lines
 * are cut off by the terminal instead of wrapped, so that the count holds.
 */
function redraw(text: string, shownLines: number): number {
  // The last line of the screen is where the cursor waits; lines above the screen are out of reach.
  const room = Math.max(1, (process.stdout.rows || DEFAULT_ROWS) - 1);
  const lines = text.trimEnd().split('\n').slice(0, room);
  const up = shownLines === 0 ? '' : `\u001b[${shownLines}A\r`;
  const drawn = lines.map((line) => `\u001b[2K${line}\n`).join('');
  stdout(`\u001b[?7l${up}${drawn}\u001b[J\u001b[?7h`);
  return lines.length;
}
