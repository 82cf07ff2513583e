import { subscribe } from '@parcel/watcher'
import type { Start } from './contender.js'
import { readNaively } from './naive-read.js'

/** One notification for all events of some fifty milliseconds. */
export const start: Start = async (path, sink) => {
  await subscribe(path, (error) => {
    if (error) sink.failed()
    else readNaively(path, sink)
  })
}
