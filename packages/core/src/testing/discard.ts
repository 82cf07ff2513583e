import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dataLink, failedWith, nextLink, readLink, revisionName } from './revision.js'

const isOurs = async (volume: string, name: string): Promise<boolean> => {
  if (name === dataLink || name === nextLink || revisionName.test(name)) return true
  const target = await readLink(join(volume, name)).catch(() => undefined)
  return target?.startsWith(`${dataLink}/`) ?? false
}

/**
 * Removes what a volume consists of, and the directories that were made for it (`made`: the topmost) where nothing
 * else is in them. What others put there stays.
 */
export const discardVolume = async (volume: string, made: string | undefined): Promise<void> => {
  const names = await readdir(volume).catch(() => [])
  for (const name of names)
    if (await isOurs(volume, name)) await rm(join(volume, name), { recursive: true, force: true })
  if (made === undefined) return
  for (let at = volume; at.startsWith(made); at = dirname(at))
    try {
      await rmdir(at)
    } catch (error) {
      if (!failedWith(error, 'ENOENT', 'ENOTEMPTY')) throw error
    }
}
