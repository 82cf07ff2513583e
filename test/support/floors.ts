/** A package's floors: paths below `src` without `.ts`, `*` for all of a folder; the exact path wins. */
export type Floors = Readonly<Record<string, number>>

/** One table per package: an import may point down or sideways, never up. A new file needs a floor here. */
export const floors: Readonly<Record<string, Floors>> = {
  core: {
    'base/*': 0,
    'mount/layout': 1,
    'mount/settle': 1,
    'mount/settler': 1,
    'mount/troubles': 1,
    'mount/snapshot': 2,
    'mount/trigger': 2,
    'mount/mountinfo': 2,
    'mount/locate': 2,
    'mount/links': 3,
    'mount/listing': 3,
    'mount/doorbell': 3,
    'mount/read': 3,
    'mount/change': 3,
    'mount/inspect': 3,
    'mount/mount': 4,
    'mount/observed': 4,
    'mount/live-mount': 4,
    'mount/watch': 5,
    'mount/combine': 5,
    'reload/backoff': 5,
    'reload/chain': 5,
    'reload/in-flight': 5,
    'reload/ledger': 5,
    'reload/look': 5,
    'reload/on-keys': 5,
    'reload/reaction': 5,
    'reload/reloader': 5,
    'reload/report': 5,
    'reload/stage': 5,
    'reload/attempt': 6,
    'reload/journal': 6,
    'reload/pace': 6,
    'reload/turn': 6,
    'reload/loop': 7,
    'reload/reload': 7,
    index: 8,
    // Beside the house: it judges the rest, so it imports none of it (rule `testKitImports`).
    'testing/*': 8,
  },
  adapters: {
    'formats/*': 0,
    'options/*': 0,
    // What both probes and reactions need to run a program and look at a process.
    'process/errno': 0,
    'process/group': 0,
    'process/output': 0,
    'process/proc': 0,
    'process/procfs': 0,
    'process/spawn': 0,
    'probe/*': 1,
    'process/*': 2,
    'env/*': 2,
    'config/*': 2,
    'http/*': 2,
    'servers/*': 3,
    'stage/*': 3,
    'observe/*': 3,
    'cli/*': 4,
    'cli/config/*': 4,
    'cli/plan/*': 4,
    'cli/session/*': 4,
  },
}

/** The floor of a module; undefined when the table does not know it. */
export const floorOf = (table: Floors, module: string): number | undefined =>
  table[module] ?? table[`${module.slice(0, module.lastIndexOf('/') + 1)}*`]
