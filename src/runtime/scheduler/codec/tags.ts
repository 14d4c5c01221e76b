/**
 * The byte that every encoded value begins with, and the limits that both ends keep to.
 *
 *   00 … 7f   the integers 0 to 127, and nothing follows
 *   80 … 9f   a string of 0 to 31 Latin-1 characters, which follow
 *   a0 … bf   an array of 0 to 31 values, which follow
 *   c0 … ef   the rest, one tag each, below
 *   f0 … ff   a view, by its kind
 *
 * Numbers are little-endian and nothing is aligned. The format has no version: both ends run the
 * same build, and no encoded byte outlives them.
 */

export const SHORT_STRING = 0x80;
export const SHORT_ARRAY = 0xa0;
/** Strings and arrays below this length carry it in their tag. */
export const SHORT_LENGTH_END = 32;

export const NULL = 0xc0;
export const UNDEFINED = 0xc1;
export const FALSE = 0xc2;
export const TRUE = 0xc3;
/** i32 */
export const INT_32 = 0xc4;
/** f64 */
export const FLOAT_64 = 0xc5;
/** i64 */
export const BIGINT_64 = 0xc6;
/** u8: 1 when negative; a string of hexadecimal digits */
export const BIGINT_HEX = 0xc7;
/** u8: length; that many Latin-1 characters */
export const LATIN1_8 = 0xc8;
/** u32: length; that many Latin-1 characters */
export const LATIN1_32 = 0xc9;
/** u32: length; that many UTF-16 units */
export const UTF16_32 = 0xca;
/** u32: length; that many values */
export const ARRAY_32 = 0xcb;

/** u16: shape; a value for each of its keys */
export const SHAPED_OBJECT = 0xd0;
/** u16: shape, now learnt; values, END, as many keys */
export const NEW_SHAPE = 0xd1;
/** u16: unused; values, END, as many keys */
export const LOOSE_OBJECT = 0xd2;
/** Ends the values of an object whose keys come after them. */
export const END = 0xd3;
/** Before the outermost value only: forget every shape. */
export const FORGET_SHAPES = 0xd4;

/** f64: milliseconds since the epoch */
export const DATE = 0xe0;
/** two strings: source, flags */
export const REGEXP = 0xe1;
/** u32: size; keys and values by turns */
export const MAP = 0xe2;
/** u32: size; values */
export const SET = 0xe3;
/** u8: which constructor; u8: 1 when a cause follows; message, stack, cause */
export const ERROR = 0xe4;
/** the primitive inside */
export const BOXED = 0xe5;
/** u32: length in bytes; the bytes */
export const ARRAY_BUFFER = 0xe7;
/** u32: length in bytes; the bytes */
export const SHARED_BUFFER = 0xe8;
/** u32: index of what came beside the bytes */
export const ATTACHMENT = 0xe9;
/** plus which view; u32: length in bytes; the bytes */
export const VIEW = 0xf0;

/** Values may be nested this deep; deeper ones are refused by both ends. */
export const MAX_DEPTH = 1_000;
/** Objects with more keys than this are dictionaries: their shapes are not learnt. */
export const MAX_SHAPE_KEYS = 128;
/** Bounds what either end remembers of the other's objects. */
export const MAX_SHAPES = 4_096;
