import type { Snapshot, WatchOptions } from '@hotmount/core'
import { hideAlso } from '../process/quote.js'
import { type NamedDirectory, openMounts } from './mounts.js'

/** A check may begin before the last changes and end after them. */
const mostRecent = 4

/**
 * Reads the keys that --keys leaves out as well, only to take their values out of what commands say. Where that is not
 * possible, nothing that they say is shown. Returns what ends it.
 */
export const hideWhole = async (
  directories: readonly NamedDirectory[],
  options: WatchOptions,
): Promise<() => Promise<void>> => {
  const mount = await openMounts(directories, undefined, () => options).catch(() => undefined)
  let recent: readonly Snapshot[] | 'unknown' = mount ? [mount.snapshot] : 'unknown'
  const known = hideAlso(() => recent)
  mount?.on('change', ({ snapshot }) => {
    recent = [snapshot, ...(recent === 'unknown' ? [] : recent)].slice(0, mostRecent)
  })
  // What the trouble is, the mount that is watched tells; here it only means that there may be values nobody knows.
  mount?.on('error', () => (recent = 'unknown'))
  mount?.on('recovered', () => (recent = [mount.snapshot]))
  return async () => {
    known()
    await mount?.close()
  }
}
