import type { Clock } from '@hotmount/core'

/** Ends a watch that says nothing for too long: its other end may be gone without a word. */
export class Watchdog {
  readonly #clock: Clock
  readonly #silenceMs: number
  readonly #endsAt: number
  readonly #bark = new AbortController()
  readonly #stop = new AbortController()
  #heardAt: number
  #isSilent = false

  /** `endsAt`: the time at which it ends in any case. */
  constructor(clock: Clock, silenceMs: number, endsAt: number) {
    this.#clock = clock
    this.#silenceMs = silenceMs
    this.#endsAt = endsAt
    this.#heardAt = clock.now()
    void this.#watch()
  }

  /** Aborts when it is time to look again. */
  get signal(): AbortSignal {
    return this.#bark.signal
  }
  /** Whether it was silence that ended it. */
  get isSilent(): boolean {
    return this.#isSilent
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = this.#clock.now()
  }

  stop(): void {
    this.#stop.abort()
  }

  async #watch(): Promise<void> {
    for (;;) {
      const now = this.#clock.now()
      const silentAt = this.#heardAt + this.#silenceMs
      const left = Math.min(silentAt, this.#endsAt) - now
      if (left <= 0) {
        this.#isSilent = silentAt <= now
        this.#bark.abort()
        return
      }
      try {
        await this.#clock.sleep(left, this.#stop.signal)
      } catch {
        return
      }
    }
  }
}
