import type { ReactionContext, Stage } from '@hotmount/core'

/** For whom the baton is taken. */
export interface Runner {
  readonly reaction: string
  readonly stage: Stage
  readonly revision: string
  readonly digest: string
  readonly context: ReactionContext
  /** There is something newer to do: waiting for this has no use. */
  readonly isPast: () => boolean
}

/** Of the time of a stage: what keeps us waiting is told in our words, before the stage is aborted. */
const share = 9 / 10
const lookMs = 500

/** How long one may wait for the baton: until there is something newer to do, or the stage is almost over. */
export class Turn {
  /** Aborts when waiting is over: after `waitMs` at the latest. */
  readonly signal: AbortSignal
  readonly #context: ReactionContext
  readonly #waiting = new AbortController()
  readonly #ended = new AbortController()

  constructor(context: ReactionContext, isPast: () => boolean, waitMs: number) {
    this.#context = context
    this.signal = AbortSignal.any([context.signal, this.#waiting.signal])
    this.#limit(isPast, waitMs).catch(() => undefined)
  }

  async #limit(isPast: () => boolean, waitMs: number): Promise<void> {
    const { clock, timeoutMs } = this.#context
    const end = clock.now() + Math.min(share * timeoutMs, waitMs)
    while (!isPast() && clock.now() < end)
      await clock.sleep(Math.min(lookMs, end - clock.now()), this.#ended.signal)
    this.#waiting.abort()
  }

  /** Waits for work, which goes on. @throws the signal's reason when waiting is over */
  async unlessOver(work: Promise<void>): Promise<void> {
    const { clock, timeoutMs } = this.#context
    const isOver = AbortSignal.any([this.signal, this.#ended.signal])
    await Promise.race([work, clock.sleep(timeoutMs, isOver)])
  }

  /** There is nothing to wait for any more. */
  end(): void {
    this.#ended.abort()
  }
}
