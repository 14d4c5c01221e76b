/** The command line that repeats a run, for the record and the reports. */

/**
 * As a shell would take it.
 *
 * @param words - what follows the program's name. Default: what it was started with.
 */
export function commandLine(words: readonly string[] = process.argv.slice(2)): string {
  return ['toolrig', ...words].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
