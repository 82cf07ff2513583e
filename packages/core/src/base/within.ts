import type { Clock } from './clock.js'

/** How a wait ended: the work itself did, its time was over, or it was aborted. */
export type Waited<T> =
  | { readonly ended: 'work'; readonly value: T }
  | { readonly ended: 'time' }
  | { readonly ended: 'abort' }

const isOver = (): { readonly ended: 'time' } => ({ ended: 'time' })

/**
 * Waits for work, for a time, or for an abort, whichever comes first, and leaves no timer or listener.
 * Rejects as the work does. The work itself goes on: who started it keeps it.
 */
export const within = async <T>(
  work: Promise<T>,
  limits: {
    readonly clock: Clock
    readonly ms: number | undefined
    readonly signal?: AbortSignal | undefined
  },
): Promise<Waited<T>> => {
  const { clock, ms, signal } = limits
  if (signal?.aborted === true) {
    // Whoever else waits hears of it. With nobody, it would end the process.
    work.catch(() => undefined)
    return { ended: 'abort' }
  }
  const timer = new AbortController()
  const done = new AbortController()
  const contenders: Promise<Waited<T>>[] = [
    work.then((value) => ({ ended: 'work', value })),
    new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve({ ended: 'abort' }), {
        once: true,
        signal: done.signal,
      })
    }),
  ]
  if (ms !== undefined) {
    contenders.push(clock.sleep(ms, timer.signal).then(isOver, isOver))
  }
  try {
    return await Promise.race(contenders)
  } finally {
    timer.abort()
    done.abort()
  }
}
