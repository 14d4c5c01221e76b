import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { html, jsonIsland } from '../../../../../src/harness/report/html/markup.ts';

describe('The tag html', () => {
  test('escapes what is inserted, in text and in attributes', () => {
    const hostile = `<b title='x'>"&"</b>`;
    assert.equal(
      html`<p title="${hostile}">${hostile}</p>`.text,
      '<p title="&lt;b title=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;">&lt;b title=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/b&gt;</p>',
    );
  });

  test('leaves HTML as it is, joins lists and says nothing of undefined', () => {
    const items = ['a', '<'].map((text) => html`<li>${text}</li>`);
    assert.equal(html`<ul>${items}</ul>${undefined}${0}`.text, '<ul><li>a</li><li>&lt;</li></ul>0');
  });

  test('lets no text out of its element or attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.text;
        const [, attribute, content] = /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(made) ?? [];
        assert.ok(attribute !== undefined && content !== undefined, made);
        assert.doesNotMatch(made, /[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});

describe('An island of data', () => {
  test('comes back as it was, and has no < of its own', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = jsonIsland('x', value).text.slice(
          '<script type="application/json" class="x">'.length,
        );
        const text = json.slice(0, -'</script>'.length);
        assert.doesNotMatch(text, /</);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      }),
    );
    assert.match(jsonIsland('x', '</script><!--').text, /\\u003c\/script>\\u003c!--/);
  });
});
