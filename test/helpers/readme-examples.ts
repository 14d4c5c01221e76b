/**
 * The examples of a Markdown page that a reader may try: fenced blocks with a comment directly
 * before them that says what they are.
 *
 *   <!-- test: file=greeter.mjs -->   the js or ts block is that file
 *   <!-- test: run -->                the commands of the sh block succeed, in the order of the page
 */

export type ReadmeExample =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'run'; readonly text: string };

const MARKER = /^<!-- test: (\S+) -->$/;
const FENCE = /^```(\w+)$/;
const CODE = ['js', 'mjs', 'ts'];

/** The examples of a page, from its top. Throws for a comment without a block that suits it, and for none. */
export function extractExamples(markdown: string): ReadmeExample[] {
  const lines = markdown.split('\n');
  const examples = lines.flatMap((line, index) => {
    const what = MARKER.exec(line)?.[1];
    return what === undefined ? [] : [exampleAt(lines, index + 1, what)];
  });
  if (examples.length === 0) throw new Error('README has no tested example');
  return examples;
}

function exampleAt(lines: readonly string[], start: number, what: string): ReadmeExample {
  const language = FENCE.exec(lines[start] ?? '')?.[1] ?? 'nothing';
  const end = lines.indexOf('```', start + 1);
  const text = `${lines.slice(start + 1, end).join('\n')}\n`;
  const name = /^file=([\w.-]+)$/.exec(what)?.[1];
  if (end !== -1 && name !== undefined && CODE.includes(language)) {
    return { kind: 'file', name, text };
  }
  if (end !== -1 && what === 'run' && language === 'sh') return { kind: 'run', text };
  throw new Error(`line ${start}: '${what}' must be followed by its block, got ${language}`);
}

/**
 * Commands as they are written for somebody who has installed the package, for the program that was
 * just built.
 *
 * @param toolrig - what `npx toolrig` and `npm run -s <command> --` become
 */
export function toBuiltCommands(text: string, toolrig: string): string {
  return text
    .replaceAll(/^npx toolrig\b/gm, () => toolrig)
    .replaceAll(/^npm run -s toolrig --/gm, () => toolrig)
    .replaceAll(
      /^npm run -s (bench|micro|list)\b(?: --)?/gm,
      (_, command) => `${toolrig} ${command}`,
    );
}
