/** Name and version of this package. */

import { readFileSync } from 'node:fs';

const packageJson = new URL('../../../package.json', import.meta.url);
const { name, version } = JSON.parse(readFileSync(packageJson, 'utf8')) as {
  name: string;
  version: string;
};

export const TOOL = { name, version };
