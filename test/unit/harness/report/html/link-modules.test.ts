import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { linkModules } from '../../../../../src/harness/report/html/link-modules.ts';

describe('linkModules', () => {
  test('joins modules that import each other into one script that needs nothing', () => {
    const script = linkModules([
      {
        name: 'a.js',
        code: 'export const ONE = 1;\nconst secret = 2;\nexport function two() { return secret; }\n//# sourceMappingURL=a.js.map',
      },
      {
        name: 'b.js',
        code: "import { ONE, two } from '../up/a.js';\nconst secret = 'own';\nout.push(ONE, two(), secret);\nexport {};",
      },
    ]);
    const out: unknown[] = [];
    runInNewContext(script, { out });
    assert.deepEqual(out, [1, 2, 'own']);
    assert.doesNotMatch(script, /sourceMappingURL|^import|^export/m);
  });

  test('refuses what it would leave out', () => {
    const code = 'ERR_INVALID_OPTION';
    const link = (text: string) => linkModules([{ name: 'a.js', code: text }]);
    assert.throws(() => link("import { x } from './later.js';"), { code });
    assert.throws(() => link("import x from './a.js';"), { code });
    assert.throws(() => link('export default 1;'), { code });
    assert.throws(() => link('export { x };'), { code });
  });
});
