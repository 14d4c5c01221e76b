/**
 * A service whose handlers answer when a test says so. It is loaded by its URL, as a guest does,
 * into the isolate of the test: both see the same {@link heldReplies}.
 */

import { defineService, type ServiceDefinition, ToolrigError } from '../../src/runtime/index.ts';
import { type Deferred, defer } from './event-loop.ts';

export const PUPPET = { module: import.meta.url, export: 'puppetService' } as const;

/** Replies of `hold` that nobody has settled yet, oldest first. */
export const heldReplies: (Deferred<unknown> & { readonly params: unknown })[] = [];
/** Loads of the module that nobody has let through; only with `holdLoad`. */
export const heldLoads: Deferred<void>[] = [];

export interface PuppetOptions {
  readonly concurrency?: number;
  readonly maxMailbox?: number;
  /** Keeps the module from loading until the test lets it. */
  readonly holdLoad?: boolean;
  readonly failStart?: boolean;
}

export async function puppetService(options: PuppetOptions = {}): Promise<ServiceDefinition<void>> {
  const { concurrency = 4, maxMailbox = 1_000, holdLoad = false, failStart = false } = options;
  if (holdLoad) {
    const load = defer<void>();
    heldLoads.push(load);
    await load.promise;
  }
  return defineService<void>({
    name: 'puppet',
    concurrency,
    maxMailbox,
    init() {
      if (failStart) throw new Error('no strings attached');
    },
    methods: {
      echo: (params) => params,
      hold,
      refuse,
      /** Calls that end in every way, by their index: a reply, a promise of one, two failures. */
      mixed(params) {
        const { index } = params as { readonly index: number };
        if (index % 7 === 3) return hold(params);
        if (index % 7 === 5) return refuse();
        return index % 7 === 6 ? unsendable() : params;
      },
      crash(params) {
        throw params === 'odd'
          ? Object.assign(new Error(), { message: () => 1 })
          : new Error('cut');
      },
      unsendable,
      log(params, { log }) {
        log.info({ params }, 'said');
      },
      /** Answers at once, and goes on to report when the test settles what it holds. */
      async reportLater(params, context) {
        const held = { ...defer(), params };
        heldReplies.push(held);
        void held.promise.then(() => context.progress(99));
        return params;
      },
    },
  });
}

function hold(params: unknown): Promise<unknown> {
  const held = { ...defer(), params };
  heldReplies.push(held);
  return held.promise;
}

function refuse(): never {
  throw new ToolrigError('ERR_FORBIDDEN', 'not today', { data: { why: () => 1 } });
}

function unsendable(): unknown {
  return { callback: () => 1 };
}
