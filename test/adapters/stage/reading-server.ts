import { readFileSync } from 'node:fs'
import path from 'node:path'
import { defineReaction, type Reaction } from '@hotmount/core'

/** Stands for a server: on reload it reads key `a` of its directory; one that read `bad` does not work. */
export interface ReadingServer {
  readonly reaction: Reaction<string>
  /** What it read at each reload. */
  readonly reads: readonly string[]
  readonly runs: string | undefined
  /** Called at the beginning of each reload. */
  onReload: () => Promise<void> | void
}

/** A {@link ReadingServer} that reads from below `into`. */
export const readingServer = (into: string): ReadingServer => {
  const reads: string[] = []
  const server: ReadingServer = {
    reads,
    get runs() {
      return reads.at(-1)
    },
    onReload: () => undefined,
    reaction: defineReaction({
      name: 'server',
      apply: async () => {
        await server.onReload()
        reads.push(readFileSync(path.join(into, '..data/a'), 'utf8'))
        return server.runs ?? ''
      },
      verify: (read) => {
        if (read.startsWith('bad')) throw new Error('does not answer')
        return `read ${read.length} characters`
      },
    }),
  }
  return server
}
