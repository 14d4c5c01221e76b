/** One echoed payload, from 64 bytes to a mebibyte, as text, bytes and rows: what copying costs. */

import { defineScenario, type ScenarioCase } from '../src/harness/index.ts';

const SIZES = { '64B': 64, '1KiB': 1_024, '64KiB': 65_536, '1MiB': 1_048_576 };
/** Inputs made beforehand, in bytes: enough to vary, not enough to fill the memory. */
const INPUT_BUDGET_BYTES = 4 * 1_048_576;

interface Row {
  readonly id: number;
  readonly name: string;
  readonly score: number;
  readonly active: boolean;
}

function isSameRow(a: Row | undefined, b: Row | undefined): boolean {
  return a?.id === b?.id && a?.name === b?.name && a?.score === b?.score && a?.active === b?.active;
}

const ROW_BYTES = JSON.stringify(row(0, () => 0.5)).length;

function row(id: number, random: () => number): Row {
  const score = Math.round(random() * 1e4) / 1e2;
  return { id, name: `row number ${id}`, score, active: random() < 0.5 };
}

function textCase(label: string, sizeBytes: number): ScenarioCase {
  return {
    name: `text-${label}`,
    payloadBytes: sizeBytes,
    inputs: inputsOf(sizeBytes),
    operations: [
      {
        name: 'echo_text',
        service: 'payload',
        tool: 'echo_text',
        input: (random) => ({ text: randomBytes(sizeBytes, random).toString('latin1') }),
        check({ content: [item] }: { content: { text: string }[] }, given: { text: string }) {
          return item?.text === given.text ? undefined : 'another text came back';
        },
      },
    ],
  };
}

/** Inputs are sent again and again; a buffer that is not shared would be gone after it went to a thread once. */
function sharedCopy(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

function bytesCase(label: string, sizeBytes: number): ScenarioCase {
  return {
    name: `bytes-${label}`,
    payloadBytes: sizeBytes,
    inputs: inputsOf(sizeBytes),
    operations: [
      {
        name: 'echo_bytes',
        service: 'payload',
        tool: 'echo_bytes',
        input: (random) => ({ bytes: sharedCopy(randomBytes(sizeBytes, random)) }),
        check(
          { content: [item] }: { content: { resource: { blob: Uint8Array } }[] },
          given: { bytes: Uint8Array },
        ) {
          const blob = item?.resource.blob;
          const isSame =
            blob === given.bytes || (blob !== undefined && Buffer.compare(blob, given.bytes) === 0);
          return isSame ? undefined : 'other bytes came back';
        },
      },
    ],
  };
}

function rowsCase(label: string, sizeBytes: number): ScenarioCase {
  const count = Math.max(1, Math.round(sizeBytes / ROW_BYTES));
  return {
    name: `rows-${label}`,
    payloadBytes: sizeBytes,
    inputs: inputsOf(sizeBytes),
    operations: [
      {
        name: 'echo_rows',
        service: 'payload',
        tool: 'echo_rows',
        input: (random) => ({ rows: Array.from({ length: count }, (_, id) => row(id, random)) }),
        check(
          { structuredContent: { rows } }: { structuredContent: { rows: Row[] } },
          given: { rows: Row[] },
        ) {
          const places = [0, count >> 1, count - 1];
          const isSame =
            rows.length === count &&
            places.every((place) => isSameRow(rows[place], given.rows[place]));
          return isSame ? undefined : `other rows came back: ${rows.length} of ${count}`;
        },
      },
    ],
  };
}

function inputsOf(sizeBytes: number): number {
  return Math.min(256, INPUT_BUDGET_BYTES / sizeBytes);
}

/** What text is made of: some of it JSON must escape, some UTF-8 must widen. */
const ALPHABET = Buffer.from(
  'abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,"\n\\é',
  'latin1',
);

function randomBytes(length: number, random: () => number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) {
    bytes[index] = ALPHABET[Math.floor(random() * ALPHABET.length)] as number; // random() < 1
  }
  return bytes;
}

export const scenario = defineScenario({
  name: 'payload-sweep',
  description: 'an echoed payload of 64 B to 1 MiB, as text, bytes and rows: what copying costs',
  services: {
    payload: {
      module: new URL('./services/payload.js', import.meta.url).href,
      export: 'payloadService',
    },
  },
  cases: Object.entries(SIZES).flatMap(([label, sizeBytes]) => [
    textCase(label, sizeBytes),
    bytesCase(label, sizeBytes),
    rowsCase(label, sizeBytes),
  ]),
  load: { concurrency: 1, durationMs: 400, rounds: 8, warmupMs: 500 },
});
