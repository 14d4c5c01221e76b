/** The kinds of views and errors that travel, each by its index here: part of the format. */

type ViewConstructor = new (buffer: ArrayBuffer) => ArrayBufferView;

/** Node's own newest may be missing from an older one, so it comes last, and only where it exists. */
const FLOAT_16 = Reflect.get(globalThis, 'Float16Array') as ViewConstructor | undefined;

/** Constructors of views by kind; a Node `Buffer` travels as a `Uint8Array`. */
export const VIEW_CONSTRUCTORS: readonly ViewConstructor[] = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
  DataView,
  ...(FLOAT_16 === undefined ? [] : [FLOAT_16]),
];

const KIND_OF_VIEW_NAME: ReadonlyMap<string, number> = new Map(
  VIEW_CONSTRUCTORS.map(({ name }, kind) => [name, kind]),
);

const getTypedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as (this: ArrayBufferView) => string | undefined;

/** The kind of a view, of a subclass too; `undefined` for one that this build does not know. */
export function kindOfView(view: ArrayBufferView): number | undefined {
  return KIND_OF_VIEW_NAME.get(getTypedArrayName.call(view) ?? 'DataView');
}

/** Constructors of errors by kind; every other error travels as the first. */
export const ERROR_CONSTRUCTORS: readonly ErrorConstructor[] = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
];

/** The kind of an error by its name. */
export function kindOfError(error: Error): number {
  const kind = ERROR_CONSTRUCTORS.findIndex(({ name }) => name === error.name);
  return Math.max(kind, 0);
}
