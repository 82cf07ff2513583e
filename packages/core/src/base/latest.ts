import { reasonOf } from './thrown.js'

/** Where a one-slot iterator takes from, and how it is told that there may be something to take. */
export interface LatestSource<T> {
  /** The newest thing not yet taken; undefined when there is none. */
  take(): T | undefined
  /** Calls `wake` at the next news; returns how to stop that. */
  onNews(wake: () => void): () => void
  /** Ends the iteration when aborted. */
  readonly end: AbortSignal
  /** Breaks the iteration when aborted: `next` rejects with its reason. */
  readonly abort?: AbortSignal | undefined
  /** Called once when the reader has left. */
  readonly left?: () => void
}

/**
 * An async iterator with one slot: a slow reader gets what is newest, never a backlog.
 * It subscribes only while someone waits, so one that was dropped leaves nothing behind.
 */
export const latest = <T>(source: LatestSource<T>): AsyncIterableIterator<T> => {
  let done = false
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        stop()
        source.end.removeEventListener('abort', wake)
        source.abort?.removeEventListener('abort', wake)
        wakeByReturn = undefined
        resolve()
      }
      const stop = source.onNews(wake)
      source.end.addEventListener('abort', wake)
      source.abort?.addEventListener('abort', wake)
      wakeByReturn = wake
    })
  let wakeByReturn: (() => void) | undefined
  const take = async (): Promise<IteratorResult<T>> => {
    for (;;) {
      if (done) return { done: true, value: undefined }
      if (source.abort?.aborted === true) {
        done = true
        throw reasonOf(source.abort)
      }
      const value = source.take()
      if (value !== undefined) return { done: false, value }
      if (source.end.aborted) done = true
      else await news()
    }
  }
  let tail: Promise<unknown> = Promise.resolve()
  return {
    next: () => {
      const mine = tail.then(take)
      tail = mine.catch(() => undefined)
      return mine
    },
    return: () => {
      if (!done) source.left?.()
      done = true
      wakeByReturn?.()
      return Promise.resolve({ done: true, value: undefined })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
