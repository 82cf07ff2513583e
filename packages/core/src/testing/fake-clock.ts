import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../base/clock.js'

/**
 * A clock that stands still until told to go on.
 *
 * @example
 * const clock = fakeClock()
 * const slept = clock.sleep(30_000)
 * await clock.advance(30_000)
 * await slept
 */
export interface FakeClock extends Clock {
  /**
   * Goes on by `ms` milliseconds: wakes each sleep that falls due, in order, and lets what waited for it run on
   * before the next, so that a sleep begun on the way counts too. Waits for promises, not for files or sockets.
   *
   * @throws RangeError for a negative or unreadable time
   */
  advance(ms: number): Promise<void>
  /** How many sleeps have not ended: 0 after a clean stop. */
  readonly pending: number
}

interface Sleeper {
  readonly due: number
  wake(): void
}

// Promise jobs run out within one turn; a few turns also let callbacks through that were queued for the next one.
const turns = 4
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await setImmediate()
}

class ManualClock implements FakeClock {
  #now: number
  #advancing: Promise<void> = Promise.resolve()
  readonly #sleepers = new Set<Sleeper>()

  constructor(startMs: number) {
    this.#now = startMs
  }

  get pending(): number {
    return this.#sleepers.size
  }

  now(): number {
    return this.#now
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = defer()
    const sleeper: Sleeper = { due: this.#now + Math.max(0, ms), wake: resolve }
    const stop = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
    this.#sleepers.add(sleeper)
    try {
      await promise
    } finally {
      this.#sleepers.delete(sleeper)
      signal?.removeEventListener('abort', stop)
    }
  }

  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`a clock cannot go on by ${ms} ms`)
    this.#advancing = this.#advancing.then(() => this.#goTo(this.#now + ms))
    await this.#advancing
  }

  async #goTo(target: number): Promise<void> {
    await settle()
    for (;;) {
      const next = this.#next(target)
      if (!next) break
      this.#now = next.due
      this.#sleepers.delete(next)
      next.wake()
      await settle()
    }
    this.#now = target
  }

  #next(target: number): Sleeper | undefined {
    const due = [...this.#sleepers].filter((sleeper) => sleeper.due <= target)
    return due.toSorted((a, b) => a.due - b.due)[0]
  }
}

const defer = (): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } => {
  let resolve!: () => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<void>((done, failed) => {
    resolve = done
    reject = failed
  })
  return { promise, resolve, reject }
}

/**
 * A clock for tests, at `startMs` milliseconds since 1970 (default 0). Time passes only by `advance`.
 *
 * @example
 * const clock = fakeClock()
 * const loop = startLoop({ clock })
 * await clock.advance(60_000) // a minute of back-off, at once
 */
export const fakeClock = (startMs = 0): FakeClock => new ManualClock(startMs)
