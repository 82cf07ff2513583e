import { type Mount, type Snapshot, watchConfigMap } from '@hotmount/core'
import { hideAlso } from '../../process/quote.js'
import type { MountPlan } from '../plan/plan.js'

/** A check may begin before the last changes and end after them. */
const mostRecent = 4

/** Has the values of a mount taken out of all that commands say. Where they are not known, nothing that they say is shown. */
const hideValuesOf = (mount: Mount | undefined): (() => void) => {
  let recent: readonly Snapshot[] = mount ? [mount.snapshot] : []
  mount?.on('change', ({ snapshot }) => (recent = [snapshot, ...recent].slice(0, mostRecent)))
  return hideAlso(async () => {
    if (!mount) return 'unknown'
    const before = mount.snapshot
    try {
      await mount.resync()
    } catch {
      return 'unknown'
    }
    // What it had not told of yet, a command may have read already, and what came before that as well.
    const isTold = mount.snapshot === before
    // What the trouble is, the mount that is watched tells; here it only means that there may be values nobody knows.
    return isTold && mount.health.troubles.every(({ code }) => code === 'WATCH_LIMIT') ? recent : 'unknown'
  })
}

/** Has nothing shown that commands say, until the returned function is called. */
export const hideAll = (): (() => void) => hideAlso(() => Promise.resolve('unknown'))

/**
 * Hides what a reaction cannot know of: keys that its mount leaves out, for which these are read as well, and other
 * mounts. Returns what ends it.
 */
export const hideOthers = async (
  plans: readonly MountPlan[],
  mounts: ReadonlyMap<string, Mount>,
  hasOneGroup: boolean,
  signal: AbortSignal,
): Promise<() => Promise<void>> => {
  const undo: (() => unknown)[] = []
  for (const { name, path, options } of plans) {
    const { keys, ...whole } = options
    if (keys === undefined && hasOneGroup) continue
    const mount =
      keys === undefined
        ? mounts.get(name)
        : await watchConfigMap(path, { ...whole, signal }).catch(() => undefined)
    undo.push(hideValuesOf(mount))
    if (keys !== undefined) undo.push(() => mount?.close())
  }
  return async () => {
    await Promise.all(undo.map((each) => each()))
  }
}
