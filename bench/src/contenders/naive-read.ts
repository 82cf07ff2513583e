import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sink } from './contender.js'

/** Reads key by key, by the paths that the application knows: what everyone does who was not told of revisions. */
export const readNaively = (path: string, sink: Sink): void => {
  const values = new Map<string, Buffer>()
  try {
    for (const name of readdirSync(path))
      if (!name.startsWith('..')) values.set(name, readFileSync(join(path, name)))
  } catch {
    sink.failed()
    return
  }
  sink.delivered((key) => values.get(key))
}

/** Reads one key, by its path. */
export const readOne = (path: string, key: string, sink: Sink): void => {
  let value: Buffer
  try {
    value = readFileSync(join(path, key))
  } catch {
    sink.failed()
    return
  }
  sink.delivered(() => value)
}
