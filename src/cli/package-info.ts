/** Name and version of this package, and where it lies. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packageJson = new URL('../../../package.json', import.meta.url);
const { name, version } = JSON.parse(readFileSync(packageJson, 'utf8')) as {
  name: string;
  version: string;
};

export const TOOL = { name, version };
export const PACKAGE_FOLDER = fileURLToPath(new URL('.', packageJson));
