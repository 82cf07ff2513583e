import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, systemClock } from '@hotmount/core'

/** The real clock, for work that must not keep a process running. */
export const background: Clock = {
  now: () => systemClock.now(),
  sleep: async (ms, signal) => {
    try {
      await pause(ms, undefined, { ref: false, ...(signal && { signal }) })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}
