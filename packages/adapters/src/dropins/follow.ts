import { type AnyReaction, type Mount, reload, type ReloadOptions } from '@hotmount/core'
import { announceMount, reportEntry } from '../cli/announce.js'
import type { Io } from '../cli/io.js'
import type { Log } from '../cli/log.js'
import { untilStopped } from './ending.js'

/** Keeps a reaction in step with a mount until the command is to end, and closes both. Resolves with the exit code. */
export const follow = async (
  mount: Mount,
  reaction: AnyReaction,
  options: ReloadOptions,
  { io, log }: { readonly io: Io; readonly log: Log },
): Promise<number> => {
  try {
    announceMount(mount, log)
    const loop = reload(mount, reaction, options)
    loop.on('report', (report) => log(reportEntry(report)))
    await untilStopped(io)
    await loop.close()
    return 0
  } finally {
    await mount.close()
  }
}
