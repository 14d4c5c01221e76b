/** A service of a transport as a supervised child: its end is the child's, its stop the shutdown. */

import type {
  ExitReason,
  NativeTransport,
  RunningChild,
  ServiceModule,
  ServiceReference,
  StartChild,
  StartOptions,
} from '../../runtime/index.ts';

class SupervisedService implements RunningChild {
  readonly exited: Promise<ExitReason>;
  readonly #reference: ServiceReference;
  #isAsked = false;

  constructor(reference: ServiceReference) {
    this.#reference = reference;
    // A service that stops says 'normal', whoever asked for it.
    this.exited = reference.exited.then((reason) => (this.#isAsked ? 'shutdown' : reason));
  }

  shutdown(): void {
    this.#isAsked = true;
    void this.#reference.stop({ timeoutMs: Number.POSITIVE_INFINITY }); // the supervisor has the deadline
  }

  kill(): void {
    this.#reference.kill();
  }
}

/**
 * The start of such a child.
 *
 * @param onStart - hears of each incarnation
 */
export function supervisedService(
  transport: NativeTransport,
  source: ServiceModule,
  options: StartOptions,
  onStart: (reference: ServiceReference) => void,
): StartChild {
  return async () => {
    const reference = await transport.start(source, options);
    onStart(reference);
    return new SupervisedService(reference);
  };
}
