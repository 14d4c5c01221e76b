/**
 * What stands before every value on a socket, little-endian:
 *
 *   u32 length, these ten bytes included │ u32 kind << 24 | id │ u16 route │ the value, encoded
 */

/** Length of the head. */
export const FRAME_HEAD_BYTES = 10;

/** The least that a frame can be: a head and a value of one byte. */
export const MIN_FRAME_BYTES = FRAME_HEAD_BYTES + 1;

/** What a frame may be in all unless it is said otherwise: 256 MiB. */
export const MAX_FRAME_BYTES = 268_435_456;
