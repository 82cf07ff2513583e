import type { Clock } from '@hotmount/core'

/** How many old workers may still be finishing requests when the next reload begins. */
export interface DrainingLimit {
  readonly most: number
  /** How long to hold a reload for it, in milliseconds; then it goes on all the same. */
  readonly holdMs: number
}

const pollMs = 100

/**
 * Holds a reload while more workers than allowed are draining: each of them keeps its memory, and slow clients
 * could pile up any number. Returns how many there still are when the time is up, else undefined.
 */
export const holdWhileDraining = async (
  draining: () => number,
  { most, holdMs }: DrainingLimit,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<number | undefined> => {
  const until = clock.now() + holdMs
  for (;;) {
    const now = draining()
    if (now <= most) return undefined
    if (clock.now() >= until) return now
    await clock.sleep(pollMs, signal)
  }
}
