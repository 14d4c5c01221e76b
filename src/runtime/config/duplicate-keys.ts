/**
 * Keys that an object of a JSON text has twice. Parsers take the last and say nothing of the others: a
 * service would be gone without a word.
 */

/** Strings, and the punctuation that says where in the text they stand. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;

/** An object or an array that has not ended. */
interface Level {
  /** Of an object: those so far; `undefined` for an array. */
  readonly keys: Set<string> | undefined;
  /** The key, or the index, of the value that is being read; `undefined` where a key is to come. */
  place: string | number | undefined;
}

/**
 * The settings that are there twice, as paths.
 *
 * @param text - valid JSON
 */
export function duplicateKeys(text: string): string[] {
  const levels: Level[] = [];
  const found: string[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), place: undefined });
    else if (token === '[') levels.push({ keys: undefined, place: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (level === undefined)
      continue; // the text is one string
    else if (token === ',') level.place = nextPlace(level);
    else if (level.place === undefined && level.keys !== undefined) {
      level.place = JSON.parse(token) as string;
      if (level.keys.has(level.place)) found.push(pathOf(levels));
      level.keys.add(level.place);
    }
  }
  return [...new Set(found)];
}

function nextPlace({ place }: Level): number | undefined {
  return typeof place === 'number' ? place + 1 : undefined;
}

function pathOf(levels: readonly Level[]): string {
  return levels
    .map(({ place }) => (typeof place === 'number' ? `[${place}]` : `.${place}`))
    .join('')
    .replace(/^\./, '');
}
