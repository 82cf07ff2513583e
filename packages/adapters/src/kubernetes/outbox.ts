import type { Clock } from '@hotmount/core'
import { ApiError } from './api-error.js'
import { pauseAfter } from './backoff.js'

/** Something to be sent some time. */
export type Job = (signal: AbortSignal) => Promise<void>

const bounds = { minMs: 500, maxMs: 60_000 }
const mostTries = 12

const isSlot = (name: string): boolean => !name.startsWith('#')

/** What can be tried as often as one likes. */
const isHopeless = (error: unknown): boolean =>
  !(error instanceof ApiError) || !error.retryable || error.code === 'TARGET_FORBIDDEN'

/** Sends one thing after the other, in the background, again where that can help. It holds up nobody and has an end. */
export class Outbox {
  readonly #clock: Clock
  readonly #most: number
  readonly #onTrouble: (error: unknown) => void
  readonly #jobs = new Map<string, Job>()
  readonly #closing = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #isRunning = false
  #count = 0
  #dropped = 0
  /** Ends the pause before another try of what is in no slot. */
  #hurry = new AbortController()

  constructor(clock: Clock, most: number, onTrouble: (error: unknown) => void) {
    this.#clock = clock
    this.#most = most
    this.#onTrouble = onTrouble
  }

  /** How many jobs were given up, or not taken. */
  get dropped(): number {
    return this.#dropped
  }

  // A method: the compiler takes a property that was false once for false until the end.
  #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** To be sent instead of what still waits in the same slot. */
  put(slot: string, job: Job): void {
    this.#take(slot, job)
    this.#hurry.abort()
  }

  /** To be sent after what waits. When too much waits, the oldest is dropped. */
  add(job: Job): void {
    this.#take(`#${this.#count++}`, job)
    if (this.#jobs.size <= this.#most) return
    const oldest = [...this.#jobs.keys()].find((slot) => !isSlot(slot))
    if (oldest !== undefined && this.#jobs.delete(oldest)) this.#dropped += 1
  }

  #take(slot: string, job: Job): void {
    if (this.#closing.signal.aborted) return
    this.#jobs.set(slot, job)
    if (!this.#isRunning) this.#running = this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // Not in the middle of what the caller does.
    await Promise.resolve()
    for (let next = this.#next(); next && !this.#closing.signal.aborted; next = this.#next())
      await this.#send(...next)
    this.#isRunning = false
  }

  #next(): readonly [slot: string, job: Job] | undefined {
    const next = this.#jobs.entries().next().value
    if (next) this.#jobs.delete(next[0])
    return next
  }

  async #send(slot: string, job: Job): Promise<void> {
    const { signal } = this.#closing
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        await job(signal)
        return
      } catch (error) {
        if (this.#isClosed()) return
        if (isHopeless(error) || tries >= mostTries) {
          this.#dropped += 1
          this.#onTrouble(error)
          return
        }
        const asked = error instanceof ApiError ? error.retryAfterMs : undefined
        // First, so that what is put while these are sent ends the pause too.
        this.#hurry = new AbortController()
        await this.#sendSlots(slot)
        const over = isSlot(slot) ? signal : AbortSignal.any([signal, this.#hurry.signal])
        await this.#clock.sleep(pauseAfter(tries, bounds, Math.random(), asked), over).catch(() => undefined)
        // What is newer in the same slot says it all.
        if (this.#jobs.has(slot)) return
        await this.#sendSlots(slot)
      }
    }
  }

  /** Events may be kept in a store of their own that is away: how things stand does not wait for that. */
  async #sendSlots(unlessIn: string): Promise<void> {
    if (isSlot(unlessIn)) return
    // As they are now: what comes while these are sent waits its turn.
    const waiting = [...this.#jobs]
    for (const [slot, job] of waiting)
      if (isSlot(slot) && this.#jobs.delete(slot)) await this.#send(slot, job)
  }

  /** Resolves when nothing waits any more. */
  async flushed(): Promise<void> {
    await this.#running
  }

  /** Gives what waits a moment, then gives it up. */
  async close(graceMs: number): Promise<void> {
    const over = new AbortController()
    const grace = this.#clock.sleep(graceMs, over.signal).catch(() => undefined)
    await Promise.race([this.#running, grace])
    over.abort()
    this.#closing.abort()
    this.#jobs.clear()
    await this.#running
  }
}
