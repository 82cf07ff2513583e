/** What a look consists of. */
export interface LookSteps {
  /** Whether there is certainly nothing new, or nobody to tell it to: asked before each look, in the same turn. */
  readonly isQuiet: () => boolean
  /** One look, which fails by itself. At once where it can be; else a promise. */
  readonly lookOnce: () => Promise<void> | undefined
  /** How many changes have been published so far. */
  readonly changes: () => number
}

const nothingNew = Promise.resolve(false)
const somethingNew = Promise.resolve(true)

/** One look at a time; a ring during one means one more. */
export class Looks {
  readonly #steps: LookSteps
  #current: Promise<boolean> | undefined
  #isRung = false
  #isAtOnce = false

  constructor(steps: LookSteps) {
    this.#steps = steps
  }

  /** The look that is under way, if it takes more than a turn. */
  get current(): Promise<boolean> | undefined {
    return this.#current
  }

  /** Looks. Resolves once what was found has been published, with whether it differed. */
  ask(): Promise<boolean> {
    const { isQuiet, changes } = this.#steps
    if (!this.#current && isQuiet()) return nothingNew
    this.#isRung = true
    const before = changes()
    // Asked by a listener of what is being published right now: its turn comes.
    if (this.#isAtOnce) this.#current ??= this.#end(undefined, before)
    if (this.#current) return this.#next(before)
    const more = this.#lookAtOnce()
    if (!more) return changes() > before ? somethingNew : nothingNew
    return (this.#current ??= this.#end(more, before))
  }

  /** The one under way may have begun before what is asked about happened. */
  async #next(before: number): Promise<boolean> {
    await this.#current
    await this.#current
    return this.#steps.changes() > before
  }

  /** In the turn of the event: on one key, a promise before it takes a twentieth of the time. */
  #lookAtOnce(): Promise<void> | undefined {
    this.#isAtOnce = true
    try {
      return this.#look()
    } finally {
      this.#isAtOnce = false
    }
  }

  #look(): Promise<void> | undefined {
    this.#isRung = false
    return this.#steps.lookOnce()
  }

  /** Not in this turn: whoever asks while it tells must find it under way. */
  async #lookLater(): Promise<void> {
    await Promise.resolve()
    await this.#look()
  }

  /** Ends a look, and begins one more if it was rung: with an end of its own, for a writer may never pause. */
  async #end(look: Promise<void> | undefined, before: number): Promise<boolean> {
    const { isQuiet, changes } = this.#steps
    try {
      await look
    } finally {
      // In the same turn as the test of #isRung: a look asked for from here on is a new one.
      const isRungAgain = this.#isRung && !isQuiet()
      this.#current = isRungAgain ? this.#end(this.#lookLater(), changes()) : undefined
    }
    return changes() > before
  }
}
