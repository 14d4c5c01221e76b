/** Reads what `exotic-writer.ts` writes, and distrusts it: what JavaScript refuses, it refuses. */

import { corruptFrame } from './corrupt-frame.ts';
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
import { ERROR_CONSTRUCTORS, VIEW_CONSTRUCTORS } from './view-kinds.ts';

/** What the reader of all values offers to the readers of some. */
export interface NestedReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly position: number;
  readonly attachments: readonly unknown[];
  read(): unknown;
  readString(): string;
  readLength(): number;
  take(lengthBytes: number): number;
}

/** Reads what follows the tag of a value that is neither a plain object nor an array. */
export function readExotic(reader: NestedReader, tag: number): unknown {
  switch (tag) {
    case DATE:
      return new Date(reader.view.getFloat64(reader.take(8), true));
    case BIGINT_64:
      return reader.view.getBigInt64(reader.take(8), true);
    case BIGINT_HEX:
      return readDigits(reader);
    case MAP:
      return readMap(reader);
    case SET:
      return readSet(reader);
    case REGEXP:
      return new RegExp(reader.readString(), reader.readString());
    case ERROR:
      return readError(reader);
    case BOXED:
      return readBoxed(reader);
    case ARRAY_BUFFER:
      return readBytes(reader).buffer;
    case SHARED_BUFFER:
      return readShared(reader);
    case ATTACHMENT:
      return readAttachment(reader);
    default:
      if (tag >= VIEW) return readView(reader, tag - VIEW);
      throw corruptFrame(`tag 0x${tag.toString(16)} is unknown`, reader.position - 1);
  }
}

function readDigits(reader: NestedReader): bigint {
  const isNegative = reader.bytes[reader.take(1)] === 1;
  const magnitude = BigInt(`0x${reader.readString()}`);
  return isNegative ? -magnitude : magnitude;
}

function readMap(reader: NestedReader): Map<unknown, unknown> {
  const size = reader.readLength();
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < size; i++) map.set(reader.read(), reader.read());
  return map;
}

function readSet(reader: NestedReader): Set<unknown> {
  const size = reader.readLength();
  const set = new Set<unknown>();
  for (let i = 0; i < size; i++) set.add(reader.read());
  return set;
}

function readError(reader: NestedReader): Error {
  const start = reader.take(2);
  const construct = ERROR_CONSTRUCTORS[reader.bytes[start] as number];
  if (construct === undefined) throw corruptFrame('a kind of error is unknown', start);
  const message = readOptionalString(reader);
  const error = message === undefined ? new construct() : new construct(message);
  hide(error, 'stack', readOptionalString(reader));
  if (reader.bytes[start + 1] === 1) hide(error, 'cause', reader.read());
  return error;
}

function readOptionalString(reader: NestedReader): string | undefined {
  const { position } = reader;
  const text = reader.read();
  if (text === undefined || typeof text === 'string') return text;
  throw corruptFrame('a string is missing', position);
}

/** Sets a property as an error's own constructor would: not enumerable. */
function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}

function readBoxed(reader: NestedReader): unknown {
  const { position } = reader;
  const primitive = reader.read();
  if (primitive === null || primitive === undefined || typeof primitive === 'object') {
    throw corruptFrame('a boxed value is no primitive', position);
  }
  return Object(primitive);
}

function readBytes(reader: NestedReader): Uint8Array<ArrayBuffer> {
  const length = reader.readLength();
  const start = reader.take(length);
  // A copy of its own, and never shared, whatever memory the bytes are in.
  return reader.bytes.slice(start, start + length);
}

function readShared(reader: NestedReader): SharedArrayBuffer {
  const length = reader.readLength();
  const start = reader.take(length);
  const shared = new SharedArrayBuffer(length);
  new Uint8Array(shared).set(reader.bytes.subarray(start, start + length));
  return shared;
}

function readView(reader: NestedReader, kind: number): ArrayBufferView {
  const construct = VIEW_CONSTRUCTORS[kind];
  if (construct === undefined) throw corruptFrame('a kind of view is unknown', reader.position);
  const bytes = readBytes(reader);
  return construct === Uint8Array ? bytes : new construct(bytes.buffer);
}

function readAttachment(reader: NestedReader): unknown {
  const { position } = reader;
  const index = reader.readLength();
  if (index >= reader.attachments.length) {
    throw corruptFrame(`attachment ${index} has not come with it`, position);
  }
  return reader.attachments[index];
}
