/**
 * Watches the resident size of this process over a run: what faults elsewhere do to the host. Before
 * and after it is that without garbage.
 */

const LOOK_EVERY_MS = 50;

export class HostMemory {
  readonly #collectGarbage: () => void;
  #timer: NodeJS.Timeout | undefined;
  #beforeBytes = 0;
  #peakBytes = 0;
  #afterBytes = 0;

  /** @param collectGarbage - stops everything for a full collection */
  constructor(collectGarbage: () => void) {
    this.#collectGarbage = collectGarbage;
  }

  get bytes(): { readonly before: number; readonly peak: number; readonly after: number } {
    return { before: this.#beforeBytes, peak: this.#peakBytes, after: this.#afterBytes };
  }

  /** Takes the size now as that before; only the first time. */
  start(): void {
    if (this.#beforeBytes === 0) {
      this.#collectGarbage();
      this.#beforeBytes = this.#look();
    }
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Takes the size now as that after. */
  stop(): void {
    clearInterval(this.#timer);
    this.#collectGarbage();
    this.#afterBytes = this.#look();
  }

  #look(): number {
    const bytes = process.memoryUsage.rss();
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    return bytes;
  }
}
