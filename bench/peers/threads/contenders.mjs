/**
 * A contender: one way of having the tools of `tools.mjs` answered elsewhere. All of a measurement
 * are up at the same time and take turns; whoever is not asked sleeps, and the measurement at rest
 * shows that sleeping costs nothing.
 */

/**
 * @typedef {object} Running
 * @property {(params: import('./tools.mjs').ToolCall) => Promise<any>} call
 * @property {() => unknown} stop
 */
/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} family - the package: variants of one package are one peer
 * @property {(size: number) => Promise<Running>} start - with so many threads or processes
 */

/**
 * Starts all, gives them to `use`, stops them all however it ended.
 *
 * @template T
 * @param {readonly Contender[]} contenders
 * @param {number} size
 * @param {(running: ReadonlyMap<string, any>) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withRunning(contenders, size, use) {
  /** @type {Map<string, any>} */
  const running = new Map();
  try {
    for (const { name, start } of contenders) running.set(name, await start(size));
    return await use(running);
  } finally {
    for (const { stop } of running.values()) await stop();
  }
}
