/** What `toolrig ui` does: serves stored runs as pages until it is asked to end. */

import { resolve } from 'node:path';
import { RunsFolder } from './serving/runs-folder.ts';
import { listenForStop } from './serving/stop-request.ts';
import { startUiServer } from './serving/ui-server.ts';
import { stdout } from './streams.ts';

export interface UiFlags {
  readonly port: number;
  readonly out: string;
}

/** Serves. */
export async function ui(flags: UiFlags): Promise<void> {
  const folder = new RunsFolder(resolve(flags.out));
  try {
    const server = await startUiServer(folder, flags.port);
    const stop = listenForStop();
    stdout(`http://127.0.0.1:${server.port}  runs in ${folder.path}; Ctrl-C ends it\n`);
    await stop.asked;
    stop.release();
    folder.close();
    await server.close();
  } finally {
    folder.close();
  }
}
