import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DrawnChart } from '../../../../../src/harness/report/html/drawn-chart.ts';
import { renderRunHtml } from '../../../../../src/harness/report/html/run-page.ts';
import type { RunRecord } from '../../../../../src/harness/results/run-record.ts';
import { assertGolden } from '../../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../../helpers/hostile-names.ts';
import { chartsOf, PLAIN_ASSETS, tagsOf, textOf } from '../../../../helpers/page-parts.ts';
import { sampleCapacity } from '../../../../helpers/sample-capacity.ts';
import {
  chaosRecord,
  hostileRecord,
  openRecord,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../../helpers/sample-record.ts';

const page = (record: RunRecord) => renderRunHtml(record, PLAIN_ASSETS);

describe('report.html', () => {
  test('looks as agreed', () => {
    assertGolden('report.html', page(sampleRecord()));
  });

  test('looks as agreed for services that were troubled', () => {
    assertGolden('chaos.html', page(chaosRecord()));
  });

  test('looks as agreed for calls that came at a rate', () => {
    assertGolden('open.html', page(openRecord()));
  });

  test('keeps hostile names inert', () => {
    const expected = tagsOf(page(hostileRecord('plain'))).map((tag) =>
      tag.replaceAll(/"[^"]*"/g, '""'),
    );
    for (const name of HOSTILE_NAMES) {
      const made = page(hostileRecord(name));
      // The same elements with the same attributes, whatever the name: so it is text.
      const hasCases = name.indexOf('/') > 0;
      const tags = tagsOf(made).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
      if (!hasCases) assert.deepEqual(tags, expected, name);
      for (const tag of tags)
        assert.match(tag, /^<[a-z!][a-z0-9]*( [a-z0-9:-]+(="")?)*\/?>$/i, tag);
      assert.doesNotMatch(made.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
  });

  test('asks for nothing from anywhere, and lets its own script run and no other', () => {
    const made = page(sampleRecord());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(made)?.[1] ?? '';
    assert.match(policy, /default-src &#39;none&#39;/);
    assert.match(policy, /script-src &#39;sha256-[\w+/]{43}=&#39;;/);
    assert.doesNotMatch(policy, /unsafe|connect-src|https?:/);
    for (const tag of tagsOf(made)) {
      assert.doesNotMatch(tag, / (?:src|style|on\w+)=/i);
      assert.doesNotMatch(tag, /href="(?!#|data:,)/);
    }
  });

  test('links each scenario and each of its cases from the contents', () => {
    const made = page(sampleRecord());
    const links = [...made.matchAll(/<a href="#([^"]+)"/g)].map(([, id]) => id as string);
    assert.ok(links.includes('scenario-1-calculator-batch'), links.join());
    assert.ok(links.includes('scenario-2-payload-sweep-case-1-text-64b'), links.join());
    const ids = [...made.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string);
    assert.equal(new Set(ids).size, ids.length, 'ids are unique');
    for (const link of links) assert.ok(ids.includes(link), link);
  });

  test('says the figures of each chart as a table', () => {
    const made = page(sampleRecord());
    assert.equal(chartsOf(made).length, made.split('<figure').length - 1);
    assert.equal(chartsOf(made).length, made.split('<details class="figures">').length - 1);
    assert.match(textOf(made), /Figures of the chart: Latency by percentile/);
  });

  test('marks pauses of the collector and delays of the event loop in the open loop', () => {
    const charts = chartsOf(page(openRecord())) as DrawnChart[];
    const latencies = charts.find(({ title }) => title === 'Latency over time');
    assert.deepEqual(
      latencies?.series
        .filter(({ group }) => group === 'native')
        .map(({ figure, values }) => [figure, values[2]]),
      [
        ['p99', 951e6],
        ['p50', 1e6],
        ['longest GC pause', 3.2e6],
        ['longest event-loop delay', 4.1e6],
      ],
    );
    const throughput = charts.find(({ title }) => title === 'Throughput over time');
    assert.deepEqual(throughput?.series[0]?.values, [100, 100, 98, 100, 100]);
    assert.equal(throughput?.level?.y, 100);
  });

  test('says of an open loop whether the generator kept up', () => {
    const [scenario] = openRecord().scenarios;
    const [variant] = scenario?.variants ?? [];
    assert.ok(scenario !== undefined && variant?.openLoop !== undefined);
    const openLoop = { ...variant.openLoop, generatorVerdict: 'generator-limited' as const };
    const late = { ...scenario, variants: [{ ...variant, openLoop }] };
    assert.match(textOf(page(sampleRecord({ scenarios: [late] }))), /generator-limited/);
    assert.doesNotMatch(textOf(page(openRecord())), /generator-limited/);
  });

  test('says how far the numbers may be trusted', () => {
    const verdicts = { valid: 'good', suspect: 'warn', invalid: 'bad' } as const;
    for (const [verdict, className] of Object.entries(verdicts)) {
      const validity = { verdict: verdict as keyof typeof verdicts, reasons: ['since <it>'] };
      const made = page(sampleRecord({ validity }));
      assert.match(made, new RegExp(`<div class="verdict ${className}"><p><strong>${verdict}<`));
      assert.match(made, /since &lt;it&gt;/);
    }
  });

  test('says of a plan with the results of others what it is, instead of counting no calls', () => {
    const capacity = { ...sampleCapacity(), scenario: 'sweep.csv' };
    const text = textOf(page(sampleRecord({ scenarios: [], capacity })));
    assert.doesNotMatch(text, /run of nothing|Calls|Thresholds/);
    assert.match(
      text,
      /Nothing was measured: .* with the results in sweep\.csv\. .* capacity\.html/,
    );
  });

  test('copes with a run of nothing, and with variants that nobody compared', () => {
    assert.match(textOf(page(sampleRecord({ scenarios: [] }))), /A run of nothing/);
    const alone = sampleScenario('calc', [sampleVariant('native', 100)], { comparisons: [] });
    assert.doesNotMatch(page(sampleRecord({ scenarios: [alone] })), /class="ladder"/);
  });
});
