/** The command line that repeats a run, for the record and the reports. */

/** As a shell would take it. */
export function commandLine(): string {
  return ['toolrig', ...process.argv.slice(2)].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
