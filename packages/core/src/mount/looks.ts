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
    if (this.#current) {
      this.#isRung = true
      return this.#current
    }
    if (isQuiet()) return nothingNew
    this.#isRung = true
    const before = changes()
    // Asked by a listener of what is being published right now: its turn comes.
    if (this.#isAtOnce) return (this.#current = this.#goOn(undefined, before))
    const more = this.#lookAtOnce()
    if (!more && !this.#isRungAgain()) return changes() > before ? somethingNew : nothingNew
    this.#current ??= this.#goOn(more, before)
    return this.#current
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

  async #goOn(first: Promise<void> | undefined, before: number): Promise<boolean> {
    try {
      await first
      while (this.#isRungAgain()) await this.#look()
    } finally {
      // In the same turn as the last test of #isRung: a look asked for from here on is a new one.
      this.#current = undefined
    }
    return this.#steps.changes() > before
  }

  #isRungAgain(): boolean {
    return this.#isRung && !this.#steps.isQuiet()
  }
}
