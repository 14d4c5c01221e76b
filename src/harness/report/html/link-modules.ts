/**
 * Joins modules into one classic script, for a page that may load nothing: each becomes a function
 * that returns its exports. It understands what `tsc` makes of our own sources – named imports on a
 * line of their own, exported functions, classes and constants – and refuses anything else, which
 * is all there is to need of a bundler.
 */

import { ToolrigError } from '../../../core/errors.ts';

export interface SourceModule {
  /** File name, by which others import it; unique. */
  readonly name: string;
  readonly code: string;
}

const IMPORT = /^import \{ ([\w$, ]+) \} from '(?:\.{1,2}\/)+(?:[\w-]+\/)*([\w.-]+)';$/gm;
const EXPORT = /^export ((?:async )?function|const|class) ([\w$]+)/gm;

/**
 * One script that runs `modules` in their order, so that each comes after those that it imports.
 *
 * @throws ToolrigError `ERR_INVALID_OPTION` for an import or export of another form, or of a module
 *   that has not come before
 */
export function linkModules(modules: readonly SourceModule[]): string {
  const known = new Set<string>();
  const parts = modules.map(({ name, code }) => {
    const exported = [...code.matchAll(EXPORT)].map(([, , found]) => found);
    const body = code
      .replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '')
      .replaceAll(IMPORT, (_, names: string, from: string) => {
        if (!known.has(from))
          throw unlinkable(name, `it imports ${from}, which comes later or is not there`);
        return `const { ${names} } = modules['${from}'];`;
      })
      .replaceAll(EXPORT, '$1 $2')
      .replaceAll(/^export \{\};$/gm, '');
    const left = /^(?:import|export)\b.*$/m.exec(body)?.[0];
    if (left !== undefined) throw unlinkable(name, `'${left}' is no form that is understood`);
    known.add(name);
    return `modules['${name}'] = (() => {\n${body.trim()}\nreturn { ${exported.join(', ')} };\n})();`;
  });
  return `(() => {\n'use strict';\nconst modules = {};\n${parts.join('\n')}\n})();\n`;
}

function unlinkable(name: string, problem: string): ToolrigError {
  return new ToolrigError('ERR_INVALID_OPTION', `${name} cannot be joined to a script: ${problem}`);
}
