import type { Pace } from './pace.js'

/** What stands between a change and its attempt. Times in milliseconds. */
export type NextStep =
  | { readonly do: 'sleep'; readonly ms: number }
  /** Flapping: wait until no change has come for this long. */
  | { readonly do: 'hold'; readonly calmMs: number }
  | { readonly do: 'askGate' }

/** Whose turn it is: splay, breaker and cooldown, decided from times alone. */
export class Turn {
  readonly #pace: Pace
  readonly #shareMs: number
  #isSplayed = false
  #isReleased = false
  #firstTries: number[] = []
  #lastApplyAt = Number.NEGATIVE_INFINITY

  /** `shareMs` is this pod's share of the splay. */
  constructor(pace: Pace, shareMs: number) {
    this.#pace = pace
    this.#shareMs = shareMs
  }

  /** `isRetry`: this revision was tried before; its retries are paced by backoff and are no flapping. */
  next(now: number, isRetry: boolean): NextStep {
    const { breaker, cooldownMs } = this.#pace
    if (!this.#isSplayed && !isRetry && this.#shareMs > 0) {
      this.#isSplayed = true
      return { do: 'sleep', ms: this.#shareMs }
    }
    if (breaker && !this.#isReleased && !isRetry) {
      this.#firstTries = this.#firstTries.filter((at) => at > now - breaker.withinMs)
      if (this.#firstTries.length >= breaker.max) return { do: 'hold', calmMs: breaker.withinMs }
    }
    const coolAt = this.#lastApplyAt + cooldownMs
    return coolAt > now ? { do: 'sleep', ms: coolAt - now } : { do: 'askGate' }
  }

  /** Somebody, or calm, lets a held reaction go on. */
  release(): void {
    this.#isReleased = true
  }
  get isReleased(): boolean {
    return this.#isReleased
  }

  /** Something was applied. */
  applied(now: number, isRetry: boolean): void {
    this.#lastApplyAt = now
    this.#isReleased = false
    if (!isRetry) this.#firstTries.push(now)
  }

  /** In sync, or a revision has been judged: the next one waits its share again. */
  over(): void {
    this.#isSplayed = false
    this.#isReleased = false
  }
}
