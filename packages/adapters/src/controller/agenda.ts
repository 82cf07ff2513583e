import type { Clock } from '@hotmount/core'

/** Whoever is due later is thought of again: Node fires a timer of more than 24 days at once, again and again. */
const longestMs = 3_600_000

/** Whoever takes longer waits for somebody else's answer, as that of an admission webhook, and keeps no place. */
const slowMs = 2000
/** However many are slow: each of them has a connection. In times of `atOnce`. */
const mostTimes = 4

/** Who is to be looked at, and when. Whoever is looked at is not looked at a second time meanwhile. */
export class Agenda {
  readonly #clock: Clock
  readonly #due = new Map<string, number>()
  /** Who is looked at, and since when. */
  readonly #busy = new Map<string, number>()
  /** Who was slow the last time: not more than `atOnce` of them at once, or all places were theirs again and again. */
  readonly #slow = new Set<string>()
  readonly #atOnce: number
  #wake = (): void => undefined

  /** `atOnce`: how many may be looked at side by side, apart from those who are slow. */
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
    this.#slow.delete(id)
    if (!this.#busy.has(id)) return
    // Its look may still go on, for as long as a webhook hangs: it keeps no place, and nothing is noted of who is gone.
    this.#busy.set(id, Number.NEGATIVE_INFINITY)
    this.#wake()
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
      if (!this.#isFree(now)) return this.#freeInMs(now)
      if (this.#slow.has(id) && this.#slowOnes() >= this.#atOnce) continue
      this.#due.delete(id)
      this.#busy.set(id, now)
      const done = look(id).finally(() => {
        this.#end(id)
        running.delete(done)
        this.#wake()
      })
      running.add(done)
    }
    return next === undefined ? undefined : next - now
  }

  #end(id: string): void {
    const tookMs = this.#clock.now() - (this.#busy.get(id) ?? Number.NEGATIVE_INFINITY)
    this.#busy.delete(id)
    if (tookMs >= slowMs && Number.isFinite(tookMs)) this.#slow.add(id)
    else this.#slow.delete(id)
  }

  /** Since when those are looked at that have a place. */
  #placed(now: number): readonly number[] {
    return [...this.#busy.values()].filter((since) => now - since < slowMs)
  }
  #slowOnes(): number {
    return [...this.#busy.keys()].filter((id) => this.#slow.has(id)).length
  }
  #isFree(now: number): boolean {
    return this.#busy.size < this.#atOnce * mostTimes && this.#placed(now).length < this.#atOnce
  }
  /** When a place is free even if nobody is done before. */
  #freeInMs(now: number): number | undefined {
    if (this.#busy.size >= this.#atOnce * mostTimes) return undefined
    return Math.min(...this.#placed(now)) + slowMs - now
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
