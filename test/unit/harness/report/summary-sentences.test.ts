import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { summarySentences } from '../../../../src/harness/report/summary-sentences.ts';
import type { ScenarioRecord } from '../../../../src/harness/results/run-record.ts';
import { sampleRecord, sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

function sentencesOf(...scenarios: ScenarioRecord[]): string[] {
  return summarySentences(sampleRecord({ scenarios }));
}

const direct = sampleVariant('direct', 50);
const native = sampleVariant('native', 200);
const json = sampleVariant('json', 6_200);
const sdkMemory = sampleVariant('sdk-memory', 40_000);

describe('summarySentences', () => {
  test('says what dispatch and serialization cost, with growth over the payload', () => {
    const sizes = [
      [1_048_576, 8_000_200],
      [64, 6_200],
      [65_536, 400_200],
    ] as const;
    const sweep = sizes.map(([payloadBytes, ns]) =>
      sampleScenario(`sweep ${payloadBytes}`, [native, sampleVariant('json', ns)], {
        payloadBytes,
      }),
    );
    const slow = sampleScenario('slow', [direct, sampleVariant('native', 1e6)]);
    assert.deepEqual(
      sentencesOf(slow, sampleScenario('fast', [direct, native, sdkMemory]), ...sweep),
      [
        'Dispatch (fast; in this loop, harness included): a native call takes 200 ns where the bare ' +
          'function takes 50 ns, so registry, mailbox, validation, deadline and telemetry cost ' +
          "150 ns [144–156] a call; the SDK's in-memory transport, which passes by reference too, " +
          'takes 40 µs, 200 [194–206] times as long.',
        'Serialization grows with the payload (in this loop, harness included): JSON adds 6.00 µs ' +
          '[5.82–6.19] to a call of 64 B (6.20 µs against 200 ns by reference; sweep 64), and adds ' +
          '8.00 ms [7.77–8.25] to a call of 1 MiB (8.00 ms against 200 ns by reference; sweep 1048576).',
      ],
    );
  });

  test('takes dispatch from a scenario without payloads, however cheap those with payloads are', () => {
    const sized = sampleScenario('sweep/64B', [direct, native], { payloadBytes: 64 });
    const slow = sampleScenario('calc', [sampleVariant('native', 900), sdkMemory]);
    assert.match(
      sentencesOf(sized, slow)[0] ?? '',
      /^Dispatch \(calc; in this loop, harness included\): a native call takes 900 ns/,
    );
    assert.match(
      sentencesOf(sized)[0] ?? '',
      /^Dispatch \(sweep\/64B; .*\): a native call takes 200 ns/,
    );
  });

  test('sets payloads of one shape against each other, the first of each size', () => {
    const sweep = ['text', 'rows'].flatMap((shape) =>
      [64, 65_536].map((payloadBytes) =>
        sampleScenario(`sweep/${shape}-${payloadBytes}`, [native, json], { payloadBytes }),
      ),
    );
    const [sentence = ''] = sentencesOf(...sweep);
    assert.match(sentence, /sweep\/text-64\).*sweep\/text-65536\)/);
  });

  test('speaks of one payload where there is only one', () => {
    assert.deepEqual(sentencesOf(sampleScenario('calc', [native, json])), [
      'Serialization (calc; in this loop, harness included): JSON adds 6.00 µs [5.82–6.19] to a ' +
        'call (6.20 µs against 200 ns by reference).',
    ]);
  });

  test('says only what the variants support', () => {
    assert.deepEqual(sentencesOf(sampleScenario('x', [native])), []);
    assert.deepEqual(sentencesOf(sampleScenario('x', [direct, json, sdkMemory])), []);
    const [sentence, ...others] = sentencesOf(sampleScenario('x', [native, sdkMemory]));
    assert.match(sentence ?? '', /^Dispatch \(x; .*\): a native call takes 200 ns; the SDK's/);
    assert.deepEqual(others, []);
  });

  test('does not use a variant of which no call succeeded', () => {
    const dead = sampleVariant('native', 200, { succeeded: 0 });
    assert.deepEqual(sentencesOf(sampleScenario('x', [direct, dead, json])), []);
  });

  test('claims no cost that is not beyond the noise floor', () => {
    const scenario = sampleScenario('x', [direct, native, json, sdkMemory]);
    const unclear = [
      { verdict: 'inconclusive' as const },
      { verdict: 'unchanged' as const },
      { noiseFloor: null },
    ];
    for (const doubt of unclear) {
      const comparisons = scenario.comparisons.map((pair) => ({ ...pair, ...doubt }));
      const text = sentencesOf({ ...scenario, comparisons }).join('\n');
      assert.doesNotMatch(text, / cost |adds \d|times as long/);
      assert.match(text, /takes 50 ns, a difference that this run cannot tell from noise/);
      assert.match(text, /takes 40 µs, a difference that this run cannot tell from noise/);
      assert.match(text, /JSON makes a difference to a call that this run cannot tell from noise/);
    }
  });

  test('claims no cost from too few rounds, or from a variant with failed calls', () => {
    const few = { rounds: native.rounds.slice(0, 5) };
    for (const [doubt, reason] of [
      [few, 'that fewer than 6 rounds cannot support'],
      [{ failed: 1, succeeded: 999_999 }, 'that says nothing, since calls failed'],
    ] as const) {
      for (const doubtful of ['direct', 'native']) {
        const variants = [direct, native].map((each) =>
          each.variant === doubtful ? { ...each, ...doubt } : each,
        );
        const [sentence = ''] = sentencesOf(sampleScenario('x', variants));
        assert.ok(sentence.endsWith(`takes 50 ns, a difference ${reason}.`), sentence);
      }
    }
  });

  test('does not say that a cost grows when the intervals of both ends meet', () => {
    const at = (payloadBytes: number, ns: number) =>
      sampleScenario(`s/${payloadBytes}`, [native, sampleVariant('json', ns)], { payloadBytes });
    assert.match(sentencesOf(at(1, 6_000), at(64, 6_100))[0] ?? '', /^Serialization \(in this/);
    assert.match(sentencesOf(at(1, 6_000), at(64, 7_000))[0] ?? '', /^Serialization grows with/);
  });

  test('keeps control characters of names out of its prose', () => {
    const text = sentencesOf(sampleScenario('a\u001b[31m\nb', [native, json])).join('');
    assert.match(text, /^Serialization \(a�\[31m�b; /);
  });
});
