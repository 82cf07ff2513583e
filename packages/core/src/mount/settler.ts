import type { Clock } from '../base/clock.js'
import { fireAt, type Settle } from './settle.js'

/** Lets rings settle, then acts once. */
export class Settler<T> {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #act: () => Promise<T>
  #first = 0
  #last = 0
  #settling: Promise<T | undefined> | undefined

  constructor(clock: Clock, signal: AbortSignal, act: () => Promise<T>) {
    this.#clock = clock
    this.#signal = signal
    this.#act = act
  }

  /** One ring. Resolves with what the action it leads to gives; undefined when aborted before. */
  ring(settle: Settle): Promise<T | undefined> {
    if (!this.#settling && (settle.quietMs === 0 || settle.maxMs === 0)) return this.#act()
    this.#last = this.#clock.now()
    if (this.#settling) return this.#settling
    this.#first = this.#last
    this.#settling = this.#actOnceSettled(settle)
    return this.#settling
  }

  async #actOnceSettled(settle: Settle): Promise<T | undefined> {
    try {
      for (let now = this.#clock.now(); ; now = this.#clock.now()) {
        const due = fireAt(this.#first, this.#last, settle)
        if (due <= now) break
        await this.#clock.sleep(due - now, this.#signal)
      }
    } catch {
      return undefined
    } finally {
      // Before acting: a ring from here on is a new one.
      this.#settling = undefined
    }
    return this.#act()
  }
}
