import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { describeArguments } from '../../../../src/runtime/telemetry/audit-arguments.ts';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Canonical JSON as RFC 8785 describes it, written naively. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`);
  return `{${members.join(',')}}`;
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, inner]) => [key, shuffled(inner)]));
}

describe('describeArguments', () => {
  test('is the SHA-256 of canonical JSON, whatever the order of keys', () => {
    const digest = describeArguments({ b: 1, a: [1, { d: null, c: 'x' }] }, 'digest');
    assert.equal(digest, `"argumentsSha256":"${sha256('{"a":[1,{"c":"x","d":null}],"b":1}')}"`);
  });

  test('agrees with a naive writer on every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const expected = `"argumentsSha256":"${sha256(canonical(value))}"`;
        assert.equal(describeArguments(value, 'digest'), expected);
        assert.equal(describeArguments(shuffled(value), 'digest'), expected);
      }),
      { seed: 3 },
    );
  });

  test('tells bytes apart by what is in them', () => {
    const digests = [
      new Uint8Array([1, 2]),
      new Uint8Array([1, 3]),
      Buffer.from([1, 2]),
      new Uint8Array([1, 2]).buffer,
    ].map((data) => describeArguments({ data }, 'digest'));
    assert.notEqual(digests[0], digests[1]);
    assert.equal(digests[0], digests[2]);
    assert.equal(digests[0], digests[3]);
  });

  test('says nothing of arguments that are not there', () => {
    assert.equal(describeArguments(undefined, 'digest'), '');
  });

  test('gives them in full when asked, and the digest of what is too long', () => {
    assert.equal(describeArguments({ b: 1, a: 2 }, 'full'), '"arguments":{"a":2,"b":1}');
    assert.match(describeArguments('x'.repeat(70_000), 'full'), /^"argumentsSha256":/);
  });

  test('never throws, whatever a caller passes', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const trap = {
      get a() {
        throw new Error('gotcha');
      },
    };
    const liar = {
      toJSON() {
        throw new Error('gotcha');
      },
    };
    let deep: unknown = {};
    for (let i = 0; i < 100_000; i++) deep = { deep };
    assert.match(describeArguments(cycle, 'digest'), /^"argumentsSha256":/);
    assert.match(describeArguments(1n, 'digest'), /^"argumentsSha256":/);
    for (const odd of [trap, liar, deep, () => {}]) {
      assert.equal(describeArguments(odd, 'digest'), '"argumentsUnreadable":true');
    }
  });
});
