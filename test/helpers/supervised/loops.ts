/** A supervised thread or process that is asked to stop and cannot hear it: it loops for ever. */

import { tellReady } from '../../../src/runtime/supervision/child-messages.ts';

tellReady();
setTimeout(() => {
  for (;;);
}, 5);
