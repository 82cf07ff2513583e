import type { Mount } from '../mount/mount.js'
import type { Snapshot } from '../mount/snapshot.js'

/**
 * What is mounted now, for a stage. What cannot be read is not known: the last snapshot must not pass for it.
 *
 * @throws MountError what keeps the mount from being read; UsageError CLOSED
 */
export const lookAt = async (mount: Mount): Promise<Snapshot> => {
  const snapshot = await mount.resync()
  const trouble = mount.health.troubles.find(({ code }) => code !== 'WATCH_LIMIT')
  if (trouble) throw trouble
  return snapshot
}
