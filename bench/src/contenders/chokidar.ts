import { once } from 'node:events'
import { join } from 'node:path'
import { type ChokidarOptions, watch } from 'chokidar'
import { firstKey } from '../values.js'
import { pollMs, type Sink, type Start } from './contender.js'
import { readNaively, readOne } from './naive-read.js'

/** One file, as most who use it for a config do. */
export const onFile: Start = async (path, sink) => {
  const watching = watch(join(path, firstKey), { ignoreInitial: true })
  watching.on('all', () => readOne(path, firstKey, sink))
  await once(watching, 'ready')
}

/** All events count, as in the first lines of its README; those of one turn together lead to one read, to be fair. */
const watchAll = async (path: string, sink: Sink, options: ChokidarOptions): Promise<void> => {
  const watching = watch(path, { ignoreInitial: true, ...options })
  let isRung = false
  watching.on('all', () => {
    if (isRung) return
    isRung = true
    setImmediate(() => {
      isRung = false
      readNaively(path, sink)
    })
  })
  await once(watching, 'ready')
}

/** The directory, with file events. */
export const onDirectory: Start = async (path, sink) => watchAll(path, sink, {})
/** The same without file events; 100 ms is its default interval too. */
export const polling: Start = async (path, sink) =>
  watchAll(path, sink, { usePolling: true, interval: pollMs })
