/** Which module each configured service comes from, and what it is told. */

import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, ServiceConfig, ServiceModule } from '../../runtime/index.ts';

const REFERENCE_MODULE = new URL('../../services/index.js', import.meta.url).href;

export interface ServiceSources {
  readonly byName: ReadonlyMap<string, ServiceModule>;
  /** Folders to be made for file services that were given none, and removed in the end. */
  readonly temporaryFolders: ReadonlyMap<string, string>;
}

/** The modules of all services; a file service without a root gets an empty folder of its own. */
export function serviceSources(services: Config['services']): ServiceSources {
  const temporaryFolders = new Map<string, string>();
  const byName = new Map<string, ServiceModule>();
  for (const [name, service] of Object.entries(services)) {
    if (service.service === 'file' && service.root === undefined) {
      const root = join(tmpdir(), `toolrig-files-${randomUUID()}`);
      temporaryFolders.set(name, root);
      byName.set(name, sourceOf({ ...service, root }));
    } else {
      byName.set(name, sourceOf(service));
    }
  }
  return { byName, temporaryFolders };
}

function sourceOf(service: ServiceConfig): ServiceModule {
  switch (service.service) {
    case 'module': {
      const { module, export: exportName, args } = service;
      return { module, export: exportName, args };
    }
    case 'calculator': {
      const { maxMailbox } = service;
      return reference('calculatorService', { maxMailbox });
    }
    case 'file': {
      const { root, maxFileBytes, maxSearchEntries, concurrency, maxMailbox } = service;
      const options = { basePath: root, maxFileBytes, maxSearchEntries, concurrency, maxMailbox };
      return reference('fileService', options);
    }
    case 'data': {
      const { root, maxFileBytes, maxTables, maxRows, maxCells, maxMailbox } = service;
      const limits = { maxFileBytes, maxTables, maxRows, maxCells, maxMailbox };
      return reference('dataService', { basePath: root, ...limits });
    }
  }
}

function reference(exportName: string, options: object): ServiceModule {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { module: REFERENCE_MODULE, export: exportName, args: [Object.fromEntries(given)] };
}
