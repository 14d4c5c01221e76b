/** The one error of the decoder. */

/** Says that the bytes at `position` are not what an encoder wrote, and what is wrong with them. */
export function corruptFrame(what: string, position: number): Error {
  return new Error(`corrupt frame: ${what} at byte ${position}`);
}
