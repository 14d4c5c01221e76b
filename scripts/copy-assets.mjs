/** Copies the files that `tsc` leaves behind to where the built modules and package.json expect them. */

import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ASSETS = ['src/harness/results/run.schema.json', 'src/harness/report/html/page.css'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
for (const asset of ASSETS) {
  const target = join(root, 'dist', asset);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, asset), target);
}
