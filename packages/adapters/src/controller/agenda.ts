import type { Clock } from '@hotmount/core'

/** Whoever is due later is thought of again: Node fires a timer of more than 24 days at once, again and again. */
const longestMs = 3_600_000

/** Who is to be looked at, and when. Whoever is looked at is not looked at a second time meanwhile. */
export class Agenda {
  readonly #clock: Clock
  readonly #due = new Map<string, number>()
  readonly #busy = new Set<string>()
  readonly #atOnce: number
  #wake = (): void => undefined

  /** `atOnce`: how many may be looked at side by side. */
  constructor(clock: Clock, atOnce: number) {
    this.#clock = clock
    this.#atOnce = atOnce
  }

  /** How many wait to be looked at, now or later. */
  get size(): number {
    return this.#due.size
  }

  /** Puts somebody on the agenda: at the earlier one of two times. */
  add(id: string, atMs: number = this.#clock.now()): void {
    const before = this.#due.get(id)
    if (before !== undefined && before <= atMs) return
    this.#due.set(id, atMs)
    this.#wake()
  }

  drop(id: string): void {
    this.#due.delete(id)
  }

  /** Looks at everybody who is due, until aborted. `look` must not throw. */
  async run(look: (id: string) => Promise<void>, signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>()
    while (!signal.aborted) {
      const news = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      const waitMs = this.#start(look, running)
      await this.#until(news, waitMs, signal)
    }
    this.#wake = (): void => undefined
    await Promise.all(running)
  }

  /** Starts whoever is due; says how long nothing else will be. */
  #start(look: (id: string) => Promise<void>, running: Set<Promise<void>>): number | undefined {
    const now = this.#clock.now()
    let next: number | undefined
    for (const [id, at] of this.#due) {
      if (this.#busy.has(id)) continue
      if (at > now) {
        next = Math.min(next ?? at, at)
        continue
      }
      if (this.#busy.size >= this.#atOnce) return undefined
      this.#due.delete(id)
      this.#busy.add(id)
      const done = look(id).finally(() => {
        this.#busy.delete(id)
        running.delete(done)
        this.#wake()
      })
      running.add(done)
    }
    return next === undefined ? undefined : next - now
  }

  async #until(news: Promise<void>, ms: number | undefined, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const ended = AbortSignal.any([signal, over.signal])
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal })
    })
    const timer =
      ms === undefined ? [] : [this.#clock.sleep(Math.min(ms, longestMs), ended).catch(() => undefined)]
    await Promise.race([news, aborted, ...timer])
    over.abort()
  }
}
