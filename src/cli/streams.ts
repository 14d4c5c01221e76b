/**
 * The program's two outputs: results on stdout, everything else on stderr. A reader that has gone
 * (`toolrig … | head`) ends the output, not the program: what was measured is still saved.
 */

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

export function stdout(text: string): void {
  process.stdout.write(text);
}

export function stderr(text: string): void {
  process.stderr.write(text);
}

/** Whether a stream is to be coloured: a terminal, and nobody asked for none (https://no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return stream.isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0');
}
