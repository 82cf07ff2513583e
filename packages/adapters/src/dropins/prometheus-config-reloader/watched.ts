import { type Mount, MountError } from '@hotmount/core'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { announceMount } from '../../cli/announce.js'
import type { Log } from '../../cli/log.js'
import { logFailure } from '../ending.js'
import type { Meters } from '../meters.js'
import { type Opened, openSources, type Source, sourcesOf } from '../mounts.js'
import type { ReloaderMetric } from './metrics.js'
import type { ReloaderOptions } from './options.js'

/** What the config is called among the keys of all mounts. */
const configName = 'config'

/** Everything that is watched, as one mount. */
export interface Watched extends Opened {
  /** The key of the config file in it. */
  readonly key: string | undefined
}

const sourcesFor = ({ configFile, watchedDirs }: ReloaderOptions): readonly Source[] => [
  ...(configFile === undefined ? [] : [{ name: configName, path: configFile }]),
  ...sourcesOf(watchedDirs, [configName]),
]

const keyOf = (mount: Mount | undefined): string | undefined => {
  const [key] = mount?.snapshot.keys() ?? []
  return key === undefined ? undefined : `${configName}/${key}`
}

const openAll = async (options: ReloaderOptions, log: Log, signal: AbortSignal): Promise<Watched> => {
  const { delayMs, watchMs } = options
  // The quiet time is that of the whole set; a writer that never pauses is not waited for longer than ten times that.
  const settle = { quiet: delayMs, max: delayMs * 10 }
  const watching = { signal, resync: watchMs, emptied: 'accept' } as const
  const frozen = (error: MountError): void => {
    // Without it nothing would be written, and all would look well.
    if (options.outputFile !== undefined && error.path === resolve(options.configFile ?? '')) throw error
    logFailure(log, error)
  }
  const opened = await openSources(sourcesFor(options), watching, settle, frozen)
  return { ...opened, key: keyOf(opened.mounts[configName]) }
}

/** Opens everything, again and again until it is there: a volume may be filled later. @throws MountError, or the signal's reason */
export const openWatched = async (
  options: ReloaderOptions,
  { of: meters }: Pick<Meters<ReloaderMetric>, 'of'>,
  log: Log,
  signal: AbortSignal,
): Promise<Watched> => {
  for (;;)
    try {
      const watched = await openAll(options, log, signal)
      meters.watches.set(Object.keys(watched.mounts).length)
      announceMount(watched.mount, log)
      watched.mount.on('error', () => meters.watchErrors.add())
      for (const mount of Object.values(watched.mounts)) mount.on('change', () => meters.watchEvents.add())
      return watched
    } catch (thrown) {
      if (!(thrown instanceof MountError) || !thrown.retryable) throw thrown
      meters.applies.add()
      meters.appliesFailed.add()
      log({
        level: 'error',
        msg: 'waiting for the mount',
        text: thrown.message,
        hint: thrown.hint,
        fields: { code: thrown.code, error: thrown.message },
      })
      await sleep(options.retryMs, undefined, { signal })
    }
}
