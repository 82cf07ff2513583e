import { resolve } from 'node:path'
import { systemClock } from '../base/clock.js'
import { toMs } from '../base/duration.js'
import { MountError, UsageError } from '../base/errors.js'
import { selects } from './change.js'
import { LiveMount } from './live-mount.js'
import { isWithin, locate, type Location } from './locate.js'
import type { Mount, WatchOptions } from './mount.js'
import {
  frozenBelow,
  isDeleted,
  isFrozen,
  isSilent,
  type MountPoint,
  mountPointAt,
  readsExactly,
} from './mountinfo.js'
import type { MountPlan } from './plan.js'
import { toSettle } from './settle.js'

const defaultBytes = 16 * 1024 * 1024
const waitStepMs = 100

const known = new Set([
  'signal',
  'keys',
  'settle',
  'resync',
  'polling',
  'wait',
  'maxBytes',
  'emptied',
  'keepAlive',
])

const badOption = (message: string, hint: string): UsageError =>
  new UsageError('BAD_OPTION', message, { hint })

const validate = (path: string, options: WatchOptions): void => {
  if (typeof path !== 'string' || path === '')
    throw badOption('path: not a path', 'pass the mountPath of the volume')
  for (const name of Object.keys(options))
    if (!known.has(name)) throw badOption(`no option ${name}`, `there are: ${[...known].join(', ')}`)
  const { keys, maxBytes, emptied } = options
  if (keys !== undefined && (!Array.isArray(keys) || keys.length === 0))
    throw badOption(
      'keys: not a list of names and patterns',
      'name at least one key, or leave keys out to watch all',
    )
  if (maxBytes !== undefined && !(maxBytes > 0))
    throw badOption('maxBytes: not a positive number', 'it counts bytes')
  if (!['accept', 'hold', undefined].includes(emptied))
    throw badOption(
      "emptied: neither 'accept' nor 'hold'",
      "'hold' keeps the last snapshot, 'accept' takes the empty one",
    )
}

const wholeVolume =
  'mount the whole volume at a directory, without subPath; put a symlink in the image where the file is expected'

/** The commonest subPath: one file of a ConfigMap mounted into a directory of the image. */
const refuseFrozenKeys = (path: string, { location, selects: isWatched }: MountPlan): void => {
  if (location.layout !== 'plain') return
  const frozen = frozenBelow(location.root).find((key) => isWatched?.(key) ?? true)
  if (frozen !== undefined)
    throw new MountError('MOUNT_STATIC', path, `${path}/${frozen} is a subPath mount: it never updates`, {
      hint: `${wholeVolume}; or watch other \`keys\` of ${path} only`,
    })
}

/** What can never update is refused now, instead of being silent for ever. */
const refuseStatic = (path: string, point: MountPoint | undefined): void => {
  if (!isFrozen(point)) {
    if (!isDeleted(point)) return
    throw new MountError(
      'MOUNT_DETACHED',
      path,
      `${path} was removed behind this container: it never updates`,
      {
        hint: 'restart the container, so that the volume is mounted again',
      },
    )
  }
  const stale = isDeleted(point) ? ', and a newer version exists that this container cannot see' : ''
  throw new MountError('MOUNT_STATIC', path, `${path} is a subPath mount: it never updates${stale}`, {
    hint: wholeVolume,
  })
}

const selecting = (location: Location, keys: WatchOptions['keys']): MountPlan['selects'] => {
  if (keys !== undefined) return (key) => isWithin(location, key) && selects(keys, key)
  return location.within === undefined ? undefined : (key) => isWithin(location, key)
}

const plan = (
  path: string,
  location: Location,
  point: MountPoint | undefined,
  options: WatchOptions,
): MountPlan => {
  const { keys, polling = false, resync = '30s' } = options
  const pollMs = polling === true ? 1000 : polling === false ? undefined : toMs(polling, 'polling')
  if (pollMs === 0) throw badOption('polling: no time between two looks', 'use 100ms or more')
  const resyncMs = resync === false ? undefined : toMs(resync, 'resync')
  if (resyncMs === 0) throw badOption('resync: no time between two looks', 'use 1s or more, or false')
  return {
    path,
    location,
    selects: selecting(location, keys),
    settle: options.settle === undefined ? undefined : toSettle(options.settle, { quietMs: 0, maxMs: 0 }),
    isSilent: isSilent(point),
    isExact: readsExactly(point),
    resyncMs,
    pollMs,
    maxBytes: options.maxBytes ?? defaultBytes,
    holdsEmptied: options.emptied !== 'accept',
    keepAlive: options.keepAlive ?? true,
  }
}

/** Finds the mount, waiting for it as long as asked. */
const locateWithin = async (
  path: string,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<Location> => {
  const giveUpAt = systemClock.now() + waitMs
  for (;;) {
    signal?.throwIfAborted()
    try {
      return locate(path)
    } catch (thrown) {
      const left = giveUpAt - systemClock.now()
      if (!(thrown instanceof MountError) || thrown.code !== 'MOUNT_MISSING' || left <= 0) throw thrown
      await systemClock.sleep(Math.min(waitStepMs, left), signal)
    }
  }
}

/**
 * The one door: watches a ConfigMap, Secret, projected, downward API or CSI volume, an ordinary directory, or one
 * file inside any of them. Resolves once the first revision has been read.
 *
 * @throws MountError MOUNT_MISSING (nothing there, `wait` is over), MOUNT_STATIC (subPath), MOUNT_DETACHED,
 *   MOUNT_UNREADABLE, MOUNT_TOO_LARGE, MOUNT_UNSTABLE; UsageError BAD_OPTION, BAD_DURATION; the signal's reason when aborted.
 * @example
 * const mount = await watchConfigMap('/etc/config')
 * mount.on('change', ({ snapshot, changed }) => console.log(snapshot.revision, changed))
 */
export const watchConfigMap = async (path: string, options: WatchOptions = {}): Promise<Mount> => {
  validate(path, options)
  const { signal } = options
  const given = resolve(path)
  const waitMs = options.wait === undefined ? 0 : toMs(options.wait, 'wait')
  plan(given, { root: given, layout: 'plain', within: undefined }, undefined, options)
  const location = await locateWithin(given, waitMs, signal)
  const point = mountPointAt(location.root)
  refuseStatic(given, point)
  const watched = plan(given, location, point, options)
  refuseFrozenKeys(given, watched)
  const mount = await new LiveMount(watched).open()
  if (signal) {
    const close = (): void => void mount.close()
    signal.addEventListener('abort', close, { once: true })
    mount.signal.addEventListener('abort', () => signal.removeEventListener('abort', close), { once: true })
    if (signal.aborted) {
      await mount.close()
      signal.throwIfAborted()
    }
  }
  return mount
}
