import { HotmountError } from '@hotmount/core'
import { ApiError, isConflict } from '../kubernetes/api-error.js'
import { pauseAfter } from '../kubernetes/backoff.js'

const bounds = { minMs: 500, maxMs: 60_000 }
// The watch tells of a write in between and wakes us; this is for when it is late.
const conflictBounds = { minMs: 250, maxMs: 30_000 }

/** What is to be done about a failure. */
export type Failed =
  /** What it was about is not there any more. */
  | { readonly next: 'drop' }
  /** Somebody wrote in between: the watch tells of it, or will. */
  | { readonly next: 'again'; readonly inMs: number }
  | {
      readonly next: 'retry'
      readonly inMs: number
      /** Not the same as the last time. */
      readonly isNews: boolean
      readonly code: string
      readonly message: string
      readonly hint: string | undefined
    }

/** Failures in a row, by workload: each is tried again, more and more slowly. */
export class Failures {
  readonly #failures = new Map<string, { readonly count: number; readonly code: string }>()
  readonly #conflicts = new Map<string, number>()

  get size(): number {
    return this.#failures.size
  }

  /** Notes one; `random` is 0 to 1. */
  note(key: string, error: unknown, random: number): Failed {
    if (error instanceof ApiError && error.status === 404) return { next: 'drop' }
    if (isConflict(error)) {
      const conflicts = this.#conflicts.get(key) ?? 0
      this.#conflicts.set(key, conflicts + 1)
      return {
        next: 'again',
        inMs: Math.max(conflictBounds.minMs, pauseAfter(conflicts, conflictBounds, random)),
      }
    }
    const known = error instanceof HotmountError ? error : undefined
    const code = known?.code ?? 'INTERNAL'
    const before = this.#failures.get(key)
    const count = (before?.count ?? 0) + 1
    this.#failures.set(key, { count, code })
    return {
      next: 'retry',
      inMs: pauseAfter(count, bounds, random, error instanceof ApiError ? error.retryAfterMs : undefined),
      isNews: before?.code !== code,
      code,
      // A stranger's message may quote anything.
      message: known?.message ?? `a fault of hotmount: ${error instanceof Error ? error.name : typeof error}`,
      hint: known?.hint,
    }
  }

  forget(key: string): void {
    this.#failures.delete(key)
    this.#conflicts.delete(key)
  }
}
