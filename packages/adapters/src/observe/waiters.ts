import type { Clock, Reloader } from '@hotmount/core'
import type { Observed } from './observed.js'

/** What somebody waits for: content that is mounted, applied and verified. */
export interface Awaited {
  readonly digest: string
  /** Only in the mount of this name; undefined: in any. */
  readonly mount: string | undefined
  readonly timeoutMs: number
  /** The client has gone, or the server closes. */
  readonly signal: AbortSignal
}

/** How a wait ended. */
export type WaitEnd = 'there' | 'time' | 'abort' | 'full'

const has = ({ status }: Reloader, digest: string): boolean =>
  status.state === 'inSync' && status.appliedDigest === digest

/** Whether this content is mounted, and every loop has applied and verified it. */
const isThere = ({ mount, loops }: Observed, digest: string): boolean =>
  mount.snapshot.digest === digest && loops.every((loop) => has(loop, digest))

/** Those who wait for content to be in effect, at most so many. */
export class Waiters {
  readonly #observed: readonly Observed[]
  readonly #clock: Clock
  readonly #limit: number
  readonly #looks = new Set<() => void>()

  constructor(observed: readonly Observed[], clock: Clock, limit: number) {
    this.#observed = observed
    this.#clock = clock
    this.#limit = limit
  }

  /** How many wait now. */
  get size(): number {
    return this.#looks.size
  }

  /** Something has happened: look again. */
  look(): void {
    for (const look of this.#looks) look()
  }

  async wait({ digest, mount, timeoutMs, signal }: Awaited): Promise<WaitEnd> {
    const meant = this.#observed.filter(({ name }) => mount === undefined || mount === name)
    const isDone = (): boolean => meant.some((observed) => isThere(observed, digest))
    if (isDone()) return 'there'
    if (this.#looks.size >= this.#limit) return 'full'
    const done = new AbortController()
    const look = (): void => {
      if (isDone()) done.abort()
    }
    this.#looks.add(look)
    try {
      await this.#clock.sleep(timeoutMs, AbortSignal.any([done.signal, signal]))
      return 'time'
    } catch {
      return done.signal.aborted ? 'there' : 'abort'
    } finally {
      this.#looks.delete(look)
    }
  }
}
