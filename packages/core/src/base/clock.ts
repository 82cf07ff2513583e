import { monotonicMs } from './monotonic.js'
import { reasonOf } from './thrown.js'

/** Time as the code sees it: inject one to test without waiting. Both in milliseconds. */
export interface Clock {
  /** Milliseconds since 1970, never going back. */
  now(): number
  /** Resolves after `ms`; rejects with `signal.reason` when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

// A millisecond ahead at most, never behind: what has just happened must not seem to come yet.
const bootMs = Date.now() + 1 - monotonicMs()

const makeClock = (keepAlive: boolean): Clock => ({
  // Monotonic: a wall clock set back must not stretch a cooldown.
  now: () => bootMs + monotonicMs(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal))
        return
      }
      const stop = (): void => {
        clearTimeout(timer)
        if (signal) reject(reasonOf(signal))
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms)
      if (!keepAlive) timer.unref()
      signal?.addEventListener('abort', stop, { once: true })
    }),
})

/** The real clock. Its sleeps keep the process running. */
export const systemClock: Clock = makeClock(true)
/** The real clock for work in the background: its sleeps keep no process running. */
export const backgroundClock: Clock = makeClock(false)
