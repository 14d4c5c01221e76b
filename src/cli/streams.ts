/**
 * The program's two outputs: results on stdout, everything else on stderr. An output that takes no more ends
 * itself, not the program: what was measured is still saved. A reader that has gone (`toolrig … | head`)
 * wanted no more, and nothing is said of it; results that a full disk lost are.
 */

const OUTPUTS = [process.stdout, process.stderr];
let ending: NodeJS.ErrnoException | undefined;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  ending ??= error; // what is written after it fails for another reason
});
process.stderr.on('error', () => {}); // there is nobody left to tell

/** Whether stdout takes no more: for what would go on for ever. Known a turn after the write. */
export function isStdoutGone(): boolean {
  return ending !== undefined;
}

/** Why results did not reach stdout; `undefined` when they did, or nobody waits for them. Known a turn after the write. */
export function lostOutput(): string | undefined {
  return ending === undefined || ending.code === 'EPIPE' ? undefined : ending.message;
}

export function stdout(text: string): void {
  process.stdout.write(text);
}

export function stderr(text: string): void {
  process.stderr.write(text);
}

/** Resolves when everything written has reached its reader, or there is none any more. */
export async function drained(): Promise<void> {
  for (const stream of OUTPUTS) {
    await new Promise<void>((resolve) => {
      stream.write('', () => resolve());
    });
  }
}

/** Whether a live line can be drawn over itself. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env.TERM !== 'dumb';
}

/**
 * Whether a stream is to be coloured: `NO_COLOR` says no (https://no-color.org), then `FORCE_COLOR`
 * decides (`0` and `false` say no), then whether it is a terminal that can.
 */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isLive(stream);
}
