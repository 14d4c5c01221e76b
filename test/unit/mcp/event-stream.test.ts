import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { EventStream } from '../../../src/mcp/event-stream.ts';

/** What the whole of a text says, given in pieces. */
function eventsIn(...pieces: string[]): string[] {
  const stream = new EventStream();
  return pieces.flatMap((piece) => stream.push(piece));
}

describe('a stream of events', () => {
  test('gives the data of each event, whatever else it says', () => {
    const text =
      ': hello\n\nid: 1\nevent: message\ndata: {"a":1}\n\nretry: 5\n\ndata:x\ndata:  y\n\n';
    assert.deepEqual(eventsIn(text), ['{"a":1}', 'x\n y']);
  });

  test('gives nothing of an event that has not ended', () => {
    assert.deepEqual(eventsIn('data: a\n', 'data: b\n'), []);
  });

  test('says the same wherever it is cut, and however its lines end', () => {
    const word = fc.stringMatching(/^[a-z:]{0,4}$/);
    const events = fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), { maxLength: 5 });
    const end = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(events, end, fc.array(fc.nat(3), { maxLength: 40 }), (list, eol, sizes) => {
        const lines = list.flatMap((event) => [...event.map((each) => `data: ${each}`), '']);
        // What follows tells a carriage return at the end from half of a line's end.
        const text = [...lines, ': end', ''].join(eol);
        const pieces: string[] = [];
        let at = 0;
        for (const size of sizes) pieces.push(text.slice(at, (at += size)));
        assert.deepEqual(
          eventsIn(...pieces, text.slice(at)),
          list.map((event) => event.join('\n')),
        );
      }),
    );
  });
});
