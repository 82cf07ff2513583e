import { basename, resolve } from 'node:path'
import type { Log } from '../cli/log.js'
import {
  combine,
  type CombineOptions,
  type Mount,
  MountError,
  watchConfigMap,
  type WatchOptions,
} from '@hotmount/core'

/** One path to watch, and what its keys are called by. */
export interface Source {
  readonly name: string
  readonly path: string
}

/** Paths by their last parts, with a number where that name is taken. */
export const sourcesOf = (paths: readonly string[], taken: readonly string[] = []): readonly Source[] => {
  const names = new Set(taken)
  return paths.map((path) => {
    const own = basename(resolve(path)) || 'root'
    let name = own
    for (let times = 2; names.has(name); times++) name = `${own}-${times}`
    names.add(name)
    return { name, path }
  })
}

/** Whether a path is there and will never change. */
const isFrozen = (thrown: unknown): thrown is MountError =>
  thrown instanceof MountError && (thrown.code === 'MOUNT_STATIC' || thrown.code === 'MOUNT_DETACHED')

/** Mounts that were opened, by name, and how to close all of them. */
export interface Opened {
  readonly mounts: Readonly<Record<string, Mount>>
  /** All of them as one. */
  readonly mount: Mount
}

/**
 * Opens all paths as one mount. One that never updates is told to `frozen` and left out, as long as another is left:
 * the original goes on with the others.
 *
 * @throws MountError; nothing stays open then
 */
export const openSources = async (
  sources: readonly Source[],
  options: WatchOptions,
  settle: CombineOptions['settle'],
  frozen: (error: MountError) => void,
): Promise<Opened> => {
  const mounts: Record<string, Mount> = {}
  let left: MountError | undefined
  try {
    for (const { name, path } of sources)
      try {
        mounts[name] = await watchConfigMap(path, options)
      } catch (thrown) {
        if (!isFrozen(thrown)) throw thrown
        if (left) frozen(left)
        left = thrown
      }
    if (left && Object.keys(mounts).length === 0) throw left
    if (left) frozen(left)
    return { mounts, mount: combine(mounts, settle === undefined ? {} : { settle }) }
  } catch (error) {
    await Promise.all(Object.values(mounts).map((mount) => mount.close()))
    throw error
  }
}

/** Longer than any pod waits. */
const forEver = '500h'

/**
 * Opens one path, however long it takes to appear: the first file of a volume may be written by another container.
 *
 * @throws MountError for what is there and can never update or be read
 */
export const openPatiently = async (path: string, options: WatchOptions, log: Log): Promise<Mount> => {
  try {
    return await watchConfigMap(path, options)
  } catch (thrown) {
    if (!(thrown instanceof MountError) || thrown.code !== 'MOUNT_MISSING') throw thrown
    const text = `${path} is not there yet: waiting for it`
    log({ level: 'warn', msg: 'waiting for the mount', text, fields: { mount: path } })
    return watchConfigMap(path, { ...options, wait: forEver })
  }
}
