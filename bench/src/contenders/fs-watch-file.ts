import { watchFile } from 'node:fs'
import { join } from 'node:path'
import { firstKey } from '../values.js'
import { pollMs, type Start } from './contender.js'
import { readOne } from './naive-read.js'

/** Node's own polling of one file; its default interval would be five seconds. */
export const start: Start = async (path, sink) => {
  watchFile(join(path, firstKey), { interval: pollMs }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) readOne(path, firstKey, sink)
  })
}
