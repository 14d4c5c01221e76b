/** A service that loads Toolrig when it is made, and says whether it was there already. */

export const LATE_IMPORTER_MODULE = import.meta.url;

export async function lateImporter() {
  // A module that is there is had without a turn of the event loop; loading one takes files, and several.
  let turns = 0;
  const turn = setImmediate(() => turns++);
  const { defineService } = await import('../../src/runtime/index.ts');
  clearImmediate(turn);
  return defineService({ name: 'late', methods: { wasWarm: () => turns === 0 } });
}
