import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs'
import { basename, dirname, relative } from 'node:path'
import type { FSWatcher as Chokidar } from 'chokidar'
import { MountError } from '../base/errors.js'
import { debug } from '../base/log.js'
import { codeOf, describeThrown } from '../base/thrown.js'
import { dataLink, deepest, isEditorFile, isPlainKey, type Layout } from './layout.js'

/** What to be rung for. */
export interface TriggerOptions {
  readonly path: string
  readonly root: string
  readonly layout: Layout
  /** Name of the revision that was read last: when it goes away, something has happened. */
  readonly revision: () => string | undefined
  /** Look at this interval, in milliseconds, and use no events. */
  readonly pollMs: number | undefined
  readonly keepAlive: boolean
  /** A doorbell, not a letter: it says only *look*. */
  readonly ring: () => void
  /** Events have become impossible. */
  readonly failed: (thrown: unknown) => void
}

/** A doorbell that was installed. */
export interface Trigger {
  readonly watching: 'events' | 'polling'
  /** Whether the directory it watches is still the one at the path. */
  isStale(): boolean
  close(): Promise<void>
}

const idOf = (path: string): string | undefined => {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
  // A directory made anew often gets the inode of the one that was removed.
  return stat && `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`
}

/** Turns what a watch failed with into what to do about it. */
export const watchLimit = (path: string, thrown: unknown): MountError => {
  const code = codeOf(thrown)
  const limits: Readonly<Record<string, string>> = {
    EMFILE:
      'raise fs.inotify.max_user_instances on the node (it is shared by all pods of this user), or set `polling`',
    EACCES: 'it may not be listed: set fsGroup, runAsUser or defaultMode in the pod spec',
    ENOSPC: 'raise fs.inotify.max_user_watches on the node, or set `polling`',
  }
  const why = code === undefined ? 'file events do not arrive' : `file events are impossible (${code})`
  const hint =
    limits[code ?? ''] ??
    'this file system announces no changes made elsewhere; set `polling` to say so yourself'
  return new MountError('WATCH_LIMIT', path, `${why} for ${path}: polling instead`, { hint, origin: thrown })
}

/** One `fs.watch` on the directory: never on a key or on `..data`, whose watches die silently after the first swap. */
const watchAtomic = (options: TriggerOptions): { close(): void } => {
  const watcher: FSWatcher = watch(options.root, { persistent: options.keepAlive }, (_, name) => {
    // Five of the six events of a swap are about directories that are being made or removed: they publish nothing.
    if (name !== dataLink && name !== null && name.startsWith('..') && name !== options.revision()) return
    debug?.('ring %s %s', options.path, name)
    options.ring()
  })
  watcher.on('error', (thrown) => options.failed(thrown))
  return watcher
}

const pollAtomic = (options: TriggerOptions, everyMs: number): { close(): void } => {
  const timer = setInterval(options.ring, everyMs)
  if (!options.keepAlive) timer.unref()
  return { close: () => clearInterval(timer) }
}

/** Tells of a directory whether it is reached by another path already: links must not multiply what is watched. */
const onlyWays = (): ((path: string) => boolean) => {
  const ways = new Map<string, string>()
  return (path) => {
    const real = realDirectory(path)
    if (real === undefined) return false
    const first = ways.get(real)
    if (first !== undefined && realDirectory(first) === real) return first !== path
    ways.set(real, path)
    return false
  }
}

const realDirectory = (path: string): string | undefined => {
  try {
    return statSync(path).isDirectory() ? realpathSync(path) : undefined
  } catch {
    return undefined
  }
}

/** chokidar forgets its listeners before it has finished: an error that comes after that would end the process. */
const closeQuietly = async (watcher: Chokidar): Promise<void> => {
  const closed = watcher.close()
  watcher.on('error', () => undefined)
  await closed
}

/** chokidar on the directory; for one file on the directory it is in, as a watch on a replaced file is dead. */
const watchOrdinary = async (options: TriggerOptions): Promise<Chokidar> => {
  const { root, layout, pollMs } = options
  const directory = layout === 'file' ? dirname(root) : root
  const isSecondWay = onlyWays()
  const isOther = (path: string): boolean => {
    if (path === directory) return false
    if (layout === 'file') return path !== root
    if (isSecondWay(path)) return true
    return !isPlainKey(basename(path), relative(directory, path).includes('/')) && basename(path) !== '..data'
  }
  // Only here: it takes longer to load than all the rest, and most mounts never need it.
  const { watch: watchPlain } = await import('chokidar')
  const watcher = watchPlain(directory, {
    ignored: isOther,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    persistent: options.keepAlive,
    atomic: false,
    usePolling: pollMs !== undefined,
    depth: layout === 'file' ? 0 : deepest,
    ...(pollMs === undefined ? {} : { interval: pollMs, binaryInterval: pollMs }),
  })
  const ring = (event: string, name: string): void => {
    debug?.('ring %s %s %s', options.path, event, name)
    options.ring()
  }
  watcher.on('all', (event, path) => ring(event, relative(directory, path)))
  // Above, of what changes again within 50 ms the second is left out, though a look may lie between: here it is not.
  watcher.on('raw', (event, path: string | null) => {
    const name = basename(path ?? root)
    if (layout === 'file' ? name === basename(root) : !isEditorFile(name)) ring(event, name)
  })
  let isReady = false
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', () => {
      isReady = true
      resolve()
    })
    watcher.on('error', (thrown) => {
      // A circle of links below is no limit of ours: what can be read is read.
      if (codeOf(thrown) === 'ELOOP') return
      if (isReady) options.failed(thrown)
      else reject(thrown instanceof Error ? thrown : new Error(describeThrown(thrown)))
    })
  }).catch(async (thrown: unknown) => {
    await closeQuietly(watcher)
    throw thrown
  })
  return watcher
}

/**
 * Installs the doorbell.
 *
 * @throws what the system says (EMFILE, ENOSPC, …) when events are impossible; `watchLimit` explains it.
 */
export const openTrigger = async (options: TriggerOptions): Promise<Trigger> => {
  const { root, layout, pollMs } = options
  const id = idOf(root)
  const open = async (): Promise<() => Promise<void>> => {
    if (layout !== 'atomic') {
      const watcher = await watchOrdinary(options)
      return () => closeQuietly(watcher)
    }
    const handle = pollMs === undefined ? watchAtomic(options) : pollAtomic(options, pollMs)
    return async () => handle.close()
  }
  const close = await open()
  debug?.('watch %s (%s, %s)', options.path, layout, pollMs === undefined ? 'events' : `every ${pollMs} ms`)
  return {
    watching: pollMs === undefined ? 'events' : 'polling',
    isStale: () => layout !== 'file' && ![id, undefined].includes(idOf(root)),
    close,
  }
}
