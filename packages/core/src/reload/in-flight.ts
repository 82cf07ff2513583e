/** The work of a stage, which may go on after its time: nothing new is started before it has ended. */
export class InFlight {
  #work: Promise<unknown> = Promise.resolve()
  #isRunning = false
  #overdueSince: number | undefined

  /** Resolves when it has ended. Never rejects. */
  get work(): Promise<unknown> {
    return this.#work
  }
  /** When it was told to end, for as long as it has not. */
  get overdueSince(): number | undefined {
    return this.#overdueSince
  }

  /** `work` must not reject. */
  begin(work: Promise<unknown>): void {
    this.#work = work
    this.#isRunning = true
    void work.finally(() => {
      this.#isRunning = false
      this.#overdueSince = undefined
    })
  }

  /** It was told to end. */
  isOver(now: number): void {
    if (this.#isRunning) this.#overdueSince = now
  }
}
