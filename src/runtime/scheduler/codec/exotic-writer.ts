/**
 * Writes what is neither a plain object nor an array: the built-in kinds that a structured clone
 * keeps as they are, and everything else as its own enumerable keys.
 */

import { types } from 'node:util';
import { ToolrigError } from '../../../core/errors.ts';
import {
  ARRAY_BUFFER,
  ATTACHMENT,
  BIGINT_64,
  BIGINT_HEX,
  BOXED,
  DATE,
  ERROR,
  MAP,
  REGEXP,
  SET,
  SHARED_BUFFER,
  VIEW,
} from './tags.ts';
import { kindOfError, kindOfView } from './view-kinds.ts';

/** What the writer of all values offers to the writers of some. */
export interface NestedWriter {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly limit: number;
  readonly attachFromBytes: number;
  aside: (ArrayBufferLike | ArrayBufferView)[] | null;
  write(value: unknown, position: number): number;
  writeTag(tag: number, position: number): number;
  writeOwnKeys(object: object, position: number): number;
}

/** Says what kind of object this is when it cannot leave its isolate; otherwise `undefined`. */
export function describeUnsendable(object: object): string | undefined {
  if (types.isPromise(object)) return 'a promise';
  if (types.isWeakMap(object) || types.isWeakSet(object)) return 'a weak collection';
  if (object instanceof WeakRef) return 'a weak reference';
  if (types.isGeneratorObject(object)) return 'a generator';
  if (types.isSymbolObject(object)) return 'a symbol';
  if (types.isExternal(object)) return 'a native object';
  if (ArrayBuffer.isView(object) && kindOfView(object) === undefined) return 'an unknown view';
  return undefined;
}

/** Writes any object but a plain one or an array. */
export function writeExotic(writer: NestedWriter, object: object, position: number): number {
  if (ArrayBuffer.isView(object)) return writeView(writer, object, position);
  if (types.isAnyArrayBuffer(object)) return writeBuffer(writer, object, position);
  if (types.isDate(object)) return writeDate(writer, object, position);
  if (types.isMap(object)) return writeMap(writer, object, position);
  if (types.isSet(object)) return writeSet(writer, object, position);
  if (types.isRegExp(object)) return writeRegExp(writer, object, position);
  if (types.isNativeError(object)) return writeError(writer, object, position);
  refuseUnsendable(object);
  if (types.isBoxedPrimitive(object)) return writeBoxed(writer, object, position);
  return writer.writeOwnKeys(object, position);
}

/** Writes a bigint: as 64 bits when they are enough, else as digits. */
export function writeBigInt(writer: NestedWriter, value: bigint, position: number): number {
  if (BigInt.asIntN(64, value) === value) {
    if (position + 9 > writer.limit) return -1;
    writer.bytes[position] = BIGINT_64;
    writer.view.setBigInt64(position + 1, value, true);
    return position + 9;
  }
  if (position + 2 > writer.limit) return -1;
  writer.bytes[position] = BIGINT_HEX;
  writer.bytes[position + 1] = value < 0n ? 1 : 0;
  return writer.write((value < 0n ? -value : value).toString(16), position + 2);
}

function refuseUnsendable(object: object): void {
  const description = describeUnsendable(object);
  if (description !== undefined) {
    throw new ToolrigError('ERR_INVALID_PARAMS', `${description} cannot be sent`);
  }
}

function writeDate(writer: NestedWriter, date: Date, position: number): number {
  if (position + 9 > writer.limit) return -1;
  writer.bytes[position] = DATE;
  writer.view.setFloat64(position + 1, Date.prototype.getTime.call(date), true);
  return position + 9;
}

function writeRegExp(writer: NestedWriter, regExp: RegExp, position: number): number {
  return writeAll(writer, [regExp.source, regExp.flags], writer.writeTag(REGEXP, position));
}

function writeMap(writer: NestedWriter, map: Map<unknown, unknown>, position: number): number {
  const keysAndValues: unknown[] = [];
  Map.prototype.forEach.call(map, (value, key) => keysAndValues.push(key, value));
  const end = writeLength(writer, MAP, keysAndValues.length / 2, position);
  return writeAll(writer, keysAndValues, end);
}

function writeSet(writer: NestedWriter, set: Set<unknown>, position: number): number {
  const values: unknown[] = [];
  Set.prototype.forEach.call(set, (value) => values.push(value));
  return writeAll(writer, values, writeLength(writer, SET, values.length, position));
}

function writeError(writer: NestedWriter, error: Error, position: number): number {
  if (position + 3 > writer.limit) return -1;
  const hasCause = Object.hasOwn(error, 'cause');
  writer.bytes[position] = ERROR;
  writer.bytes[position + 1] = kindOfError(error);
  writer.bytes[position + 2] = hasCause ? 1 : 0;
  const { message, stack } = error;
  const parts: unknown[] = [
    typeof message === 'string' && Object.hasOwn(error, 'message') ? message : undefined,
    typeof stack === 'string' ? stack : undefined,
  ];
  if (hasCause) parts.push(error.cause);
  return writeAll(writer, parts, position + 3);
}

function writeBoxed(writer: NestedWriter, boxed: object, position: number): number {
  const primitive: unknown = boxed.valueOf();
  if (typeof primitive === 'object' || typeof primitive === 'function') {
    throw new ToolrigError('ERR_INVALID_PARAMS', 'a boxed primitive with another valueOf');
  }
  return writeAll(writer, [primitive], writer.writeTag(BOXED, position));
}

function writeView(writer: NestedWriter, view: ArrayBufferView, position: number): number {
  const isShared = types.isSharedArrayBuffer(view.buffer);
  if (goesAside(writer, view.byteLength, isShared)) return putAside(writer, view, position);
  const kind = kindOfView(view);
  if (kind === undefined) {
    throw new ToolrigError('ERR_INVALID_PARAMS', 'a view of an unknown kind cannot be sent');
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return writeBytes(writer, VIEW + kind, bytes, position);
}

function writeBuffer(writer: NestedWriter, buffer: ArrayBufferLike, position: number): number {
  const isShared = types.isSharedArrayBuffer(buffer);
  if (goesAside(writer, buffer.byteLength, isShared)) return putAside(writer, buffer, position);
  return writeBytes(
    writer,
    isShared ? SHARED_BUFFER : ARRAY_BUFFER,
    new Uint8Array(buffer),
    position,
  );
}

/** Shared memory goes aside whatever its size, wherever anything does: a copy would end the sharing. */
function goesAside(writer: NestedWriter, sizeBytes: number, isShared: boolean): boolean {
  return isShared
    ? writer.attachFromBytes !== Number.POSITIVE_INFINITY
    : sizeBytes >= writer.attachFromBytes;
}

function putAside(
  writer: NestedWriter,
  value: ArrayBufferLike | ArrayBufferView,
  position: number,
): number {
  writer.aside ??= [];
  const end = writeLength(writer, ATTACHMENT, writer.aside.length, position);
  writer.aside.push(value);
  return end;
}

function writeLength(writer: NestedWriter, tag: number, length: number, position: number): number {
  if (position + 5 > writer.limit) return -1;
  writer.bytes[position] = tag;
  writer.view.setUint32(position + 1, length, true);
  return position + 5;
}

function writeBytes(
  writer: NestedWriter,
  tag: number,
  bytes: Uint8Array,
  position: number,
): number {
  const start = writeLength(writer, tag, bytes.length, position);
  if (start < 0 || start + bytes.length > writer.limit) return -1;
  writer.bytes.set(bytes, start);
  return start + bytes.length;
}

function writeAll(writer: NestedWriter, values: readonly unknown[], position: number): number {
  let end = position;
  for (let i = 0; i < values.length && end >= 0; i++) end = writer.write(values[i], end);
  return end;
}
