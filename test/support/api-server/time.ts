import type { FakeClock } from '@hotmount/core/testing'
import { expect } from 'vitest'
import { isReal } from '../real-server/upstream.js'

// A real server takes its milliseconds for an answer, in which no hours must pass.
const pace = isReal ? { interval: 20, timeout: 55_000 } : { interval: 2, timeout: 15_000 }

/**
 * Lets the time of a fake clock pass in small steps, between which real requests go on, until something is so.
 * Resolves with how much passed, in milliseconds.
 */
export const until = async (clock: FakeClock, isSo: () => boolean, stepMs = 100): Promise<number> => {
  const from = clock.now()
  const step = async (): Promise<boolean> => {
    if (!isSo()) await clock.advance(stepMs)
    return isSo()
  }
  await expect.poll(step, pace).toBe(true)
  return clock.now() - from
}
