/** Where baselines are, for those who keep them and those who find runs by name. */

import { join } from 'node:path';

/** From the folder of a project. */
export const BASELINES_FOLDER = join('results', 'baselines');
