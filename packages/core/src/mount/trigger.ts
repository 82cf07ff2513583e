import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname, relative } from 'node:path'
import { type FSWatcher as Chokidar, watch as watchPlain } from 'chokidar'
import { MountError } from '../base/errors.js'
import { debug } from '../base/log.js'
import { codeOf, describeThrown } from '../base/thrown.js'
import { isPlainKey, type Layout } from './layout.js'

/** What to be rung for. */
export interface TriggerOptions {
  readonly path: string
  readonly root: string
  readonly layout: Layout
  /** Look at this interval, in milliseconds, and use no events. */
  readonly pollMs: number | undefined
  readonly keepAlive: boolean
  /** A doorbell, not a letter: it says only *look*. */
  readonly ring: () => void
  /** Events have become impossible. */
  readonly failed: (error: MountError) => void
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
    debug('ring %s %s', options.path, name)
    options.ring()
  })
  watcher.on('error', (thrown) => options.failed(watchLimit(options.path, thrown)))
  return watcher
}

const pollAtomic = (options: TriggerOptions, everyMs: number): { close(): void } => {
  const timer = setInterval(options.ring, everyMs)
  if (!options.keepAlive) timer.unref()
  return { close: () => clearInterval(timer) }
}

/** chokidar on the directory; for one file on the directory it is in, as a watch on a replaced file is dead. */
const watchOrdinary = async (options: TriggerOptions): Promise<Chokidar> => {
  const { root, layout, pollMs } = options
  const directory = layout === 'file' ? dirname(root) : root
  const isOther = (path: string): boolean => {
    if (path === directory) return false
    if (layout === 'file') return path !== root
    return !isPlainKey(basename(path), relative(directory, path).includes('/')) && basename(path) !== '..data'
  }
  const watcher = watchPlain(directory, {
    ignored: isOther,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    persistent: options.keepAlive,
    atomic: false,
    usePolling: pollMs !== undefined,
    // chokidar follows a circle of links until the kernel refuses (ELOOP); keys are not nested that deep.
    depth: layout === 'file' ? 0 : 8,
    ...(pollMs === undefined ? {} : { interval: pollMs, binaryInterval: pollMs }),
  })
  watcher.on('all', (event, path) => {
    debug('ring %s %s %s', options.path, event, relative(directory, path))
    options.ring()
  })
  let isReady = false
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', () => {
      isReady = true
      resolve()
    })
    watcher.on('error', (thrown) => {
      if (isReady) options.failed(watchLimit(options.path, thrown))
      else reject(thrown instanceof Error ? thrown : new Error(describeThrown(thrown)))
    })
  }).catch(async (thrown: unknown) => {
    await watcher.close()
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
  const open = (): { close(): unknown } | Promise<Chokidar> => {
    if (layout !== 'atomic') return watchOrdinary(options)
    return pollMs === undefined ? watchAtomic(options) : pollAtomic(options, pollMs)
  }
  const handle = await open()
  debug('watch %s (%s, %s)', options.path, layout, pollMs === undefined ? 'events' : `every ${pollMs} ms`)
  return {
    watching: pollMs === undefined ? 'events' : 'polling',
    isStale: () => layout !== 'file' && idOf(root) !== id,
    close: async () => {
      await handle.close()
    },
  }
}
