/**
 * Finds services that no longer answer, and kills them, so that their supervisor starts them again.
 *
 * A service that loops for ever ends by nobody's doing but a watcher's. One ping at a time to each:
 * it waits in the mailbox like any request, so the deadline leaves room for what is before it.
 */

import { type NativeTransport, type ServiceReference, ToolrigError } from '../../runtime/index.ts';

const PING_EVERY_MS = 100;
const DEADLINE_MS = 500;

/** Where services are found by name. */
type Lookup = Pick<NativeTransport, 'lookup'>;

export class HangWatch {
  readonly #transport: Lookup;
  readonly #names: readonly string[];
  /** Those that a ping is under way to. */
  readonly #asked = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(transport: Lookup, names: readonly string[]) {
    this.#transport = transport;
    this.#names = names;
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const name of this.#names) void this.#look(name);
    }, PING_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(name: string): Promise<void> {
    const reference = this.#transport.lookup(name);
    if (reference?.status !== 'running' || this.#asked.has(name)) return;
    this.#asked.add(name);
    try {
      await reference.call('ping', undefined, { timeoutMs: DEADLINE_MS });
    } catch (thrown) {
      if (isTimeout(thrown)) kill(reference);
    } finally {
      this.#asked.delete(name);
    }
  }
}

/** Any other failure says that the service is busy or gone, and not that it hangs. */
function isTimeout(thrown: unknown): boolean {
  return thrown instanceof ToolrigError && thrown.code === 'ERR_TIMEOUT';
}

function kill(reference: ServiceReference): void {
  reference.kill(new ToolrigError('ERR_TIMEOUT', `it did not answer ping in ${DEADLINE_MS} ms`));
}
