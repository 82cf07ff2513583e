/** A bucket of tokens: so many at once, then one now and then. Time comes in as an argument. */
export class Tokens {
  readonly #most: number
  readonly #everyMs: number
  #left: number
  #filledAt: number | undefined

  constructor(most: number, everyMs: number) {
    this.#most = most
    this.#everyMs = everyMs
    this.#left = most
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    const since = now - (this.#filledAt ?? now)
    const grown = Math.floor(since / this.#everyMs)
    this.#left = Math.min(this.#most, this.#left + grown)
    this.#filledAt = (this.#filledAt ?? now) + grown * this.#everyMs
    if (this.#left <= 0) return false
    this.#left -= 1
    return true
  }
}
