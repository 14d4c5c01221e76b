/** Where `toolrig serve` listens, and `status` and `call` look, when nothing is said. */
export const DEFAULT_PORT = 7_420;
