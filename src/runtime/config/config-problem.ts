/** One thing that is wrong with a configuration, and what a place had to say beside such things. */

export interface ConfigProblem {
  /** `services.file.root`, or the variable that names no setting; empty for the whole file. */
  readonly path: string;
  /** Where it was written: a file, `TOOLRIG_PORT`, `--port`; `undefined` for what is missing. */
  readonly source: string | undefined;
  readonly message: string;
}

/** What was found in one place, and what was wrong there. */
export interface Read<T> {
  readonly found: T;
  readonly problems: readonly ConfigProblem[];
}
