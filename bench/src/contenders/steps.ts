import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { Sink, Start } from './contender.js'

/** Reads every key of the published revision, and again when it has moved meanwhile: never a mix of two. */
const readPinned = (path: string): ReadonlyMap<string, Buffer> => {
  const link = join(path, '..data')
  for (;;) {
    try {
      const revision = readlinkSync(link)
      const directory = join(path, revision)
      const values = new Map(readdirSync(directory).map((key) => [key, readFileSync(join(directory, key))]))
      if (readlinkSync(link) === revision) return values
    } catch {
      // It was deleted under the read: there is a newer one.
    }
  }
}

const starting =
  (look: (path: string, sink: Sink) => void): Start =>
  async (path, sink) => {
    watch(path, (_event, name) => {
      if (name === '..data') look(path, sink)
    })
  }

/** The floor, with one guarantee more: what it reads is of one revision. */
export const oneRevision: Start = starting((path, sink) => {
  const values = readPinned(path)
  sink.delivered((key) => values.get(key))
})

/** And it knows which keys have changed, by their SHA-256. */
export const changedKeys: Start = async (path, sink) => {
  let known: ReadonlyMap<string, string> = new Map()
  const start = starting(() => {
    const values = readPinned(path)
    const digests = new Map(
      [...values].map(([key, bytes]) => [key, createHash('sha256').update(bytes).digest('hex')]),
    )
    const changed = [...digests].filter(([key, digest]) => known.get(key) !== digest)
    known = digests
    if (changed.length > 0) sink.delivered((key) => values.get(key))
  })
  await start(path, sink)
}
