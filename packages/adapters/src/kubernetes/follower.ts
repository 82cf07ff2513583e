import { Emitter, UsageError } from '@hotmount/core'
import { ApiError, asApiError, isExpired } from './api-error.js'
import { pauseAfter } from './backoff.js'
import type { FollowSettings } from './follow-options.js'
import type { Kept, Looking } from './looking.js'
import type { Followed } from './projection.js'
import { Watchdog } from './watchdog.js'

/** How things stand with a {@link Follower}. */
export interface FollowHealth {
  readonly state: 'listing' | 'watching' | 'waiting' | 'closed'
  /** When the server last said something, in milliseconds since 1970 on the clock that is used. */
  readonly lastContactAt: number
  /** When it last did anything, be it to wait: an idle watch is opened anew after its silence. On the same clock. */
  readonly lastMovedAt: number
  /** How often all was listed, the first time included. */
  readonly lists: number
  /** How often a watch was opened. */
  readonly watches: number
  /** How often a watch was given up because it said nothing. */
  readonly silences: number
  /** Differences that a resync found and no event had told. */
  readonly missed: number
}

/** What a {@link Follower} tells. */
export interface FollowEvents<P> {
  change: [change: Followed<P>]
  /** All that was there has been told. Once. */
  synced: []
  /** The server refuses or does not answer; what is kept stays, and it is tried again. */
  error: [error: ApiError]
  /** That trouble is over. */
  recovered: []
  close: []
}

// Shorter watches that said nothing are failures, too: a server that ends them at once must not be asked in a loop.
const wellLivedMs = 10_000

/** Resolves when a signal aborts: with none, never. */
const aborted = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))

/**
 * Objects of one type as they are now: listed, then watched for as long as this is open. Made by `follow`.
 *
 * @example
 * const { state, lastContactAt } = follower.health
 */
export class Follower<P> extends Emitter<FollowEvents<P>> implements AsyncDisposable {
  readonly #settings: FollowSettings
  readonly #looking: Looking<P>
  readonly #closing = new AbortController()
  readonly #ended: Promise<void>
  #health: FollowHealth
  #isSynced = false
  #trouble: ApiError | undefined
  #onState = (): void => undefined
  #stateChanged: Promise<void>
  /** How far we are, a watch that failed included: from before that, things would go back and forth again. */
  #version: string | undefined
  #resyncAt = 0
  #lines = 0

  /** @internal */
  constructor(settings: FollowSettings, looking: Looking<P>, signal: AbortSignal | undefined) {
    super()
    this.#settings = settings
    this.#looking = looking
    const lastContactAt = settings.clock.now()
    const lastMovedAt = lastContactAt
    this.#health = {
      state: 'listing',
      lastContactAt,
      lastMovedAt,
      lists: 0,
      watches: 0,
      silences: 0,
      missed: 0,
    }
    this.#stateChanged = this.#nextState()
    const abort = (): void => void this.close()
    signal?.addEventListener('abort', abort, { once: true })
    this.#closing.signal.addEventListener('abort', () => signal?.removeEventListener('abort', abort))
    if (signal?.aborted === true) this.#closing.abort()
    // Listeners that are added right after the call hear everything.
    this.#ended = Promise.resolve().then(() => this.#run())
  }

  /** What is kept, by 'namespace/name'. */
  get kept(): Kept<P> {
    return this.#looking.kept
  }
  get health(): FollowHealth {
    return this.#health
  }
  /** What is wrong now. */
  get trouble(): ApiError | undefined {
    return this.#trouble
  }

  /**
   * Resolves when all that was there has been told.
   *
   * @throws ApiError TARGET_FORBIDDEN TARGET_NOT_FOUND while the server refuses; it is tried again nevertheless
   * @throws UsageError CLOSED
   */
  async synced(signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      if (this.#isSynced) return
      const { status = 0 } = this.#trouble ?? {}
      if (this.#trouble && [401, 403, 404].includes(status)) throw this.#trouble
      if (this.#closing.signal.aborted)
        throw new UsageError('CLOSED', 'the follower was closed before it was in sync')
      await Promise.race([this.#stateChanged, aborted(signal)])
    }
  }

  /** Ends the watch. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#ended
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #nextState(): Promise<void> {
    return new Promise((resolve) => {
      this.#onState = resolve
    })
  }
  #note(health: Partial<FollowHealth>): void {
    this.#health = { ...this.#health, lastMovedAt: this.#settings.clock.now(), ...health }
    const wake = this.#onState
    this.#stateChanged = this.#nextState()
    wake()
  }

  // A method: the compiler takes a property that was false once for false until the end.
  #isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  async #run(): Promise<void> {
    const { clock, bounds } = this.#settings
    const { signal } = this.#closing
    for (let failures = 0, expiries = 0; !signal.aborted;) {
      let askedMs: number | undefined
      const [since, lines] = [clock.now(), this.#lines]
      try {
        this.#version ??= await this.#list()
        this.#version = await this.#watch(this.#version)
        const isWell = this.#lines > lines || clock.now() - since >= wellLivedMs
        failures = isWell ? 0 : failures + 1
        if (isWell) expiries = 0
      } catch (error) {
        if (this.#isClosing()) break
        // Too far behind: all is listed anew, at once for the first time.
        failures = isExpired(error) ? expiries++ : failures + 1
        if (isExpired(error)) this.#version = undefined
        else this.#fail(error)
        askedMs = error instanceof ApiError ? error.retryAfterMs : undefined
      }
      const pause = pauseAfter(failures, bounds, Math.random(), askedMs)
      if (pause === 0) continue
      this.#note({ state: 'waiting' })
      await clock.sleep(pause, signal).catch(() => undefined)
    }
    this.#note({ state: 'closed' })
    this.emit('close')
    this.removeAllListeners()
  }

  #fail(error: unknown): void {
    const trouble = asApiError(error)
    const isNew = this.#trouble?.status !== trouble.status || this.#trouble.reason !== trouble.reason
    this.#trouble = trouble
    this.#note({})
    if (isNew) this.emit('error', trouble)
  }

  #contact(): void {
    const isOver = this.#trouble !== undefined
    this.#trouble = undefined
    this.#note({ lastContactAt: this.#settings.clock.now() })
    if (isOver) this.emit('recovered')
  }

  #tell(changes: readonly Followed<P>[]): void {
    for (const change of changes) this.emit('change', change)
  }

  /** Lists all. Resolves with the version that a watch goes on from. */
  async #list(): Promise<string> {
    const { clock, resyncMs } = this.#settings
    const isResync = this.#resyncAt > 0 && clock.now() >= this.#resyncAt
    this.#note({ state: 'listing', lists: this.#health.lists + 1 })
    let found = 0
    const version = await this.#looking.list(this.#closing.signal, (changes) => {
      found += changes.length
      this.#tell(changes)
    })
    this.#resyncAt = clock.now() + resyncMs * (0.9 + 0.2 * Math.random())
    if (isResync) this.#note({ missed: this.#health.missed + found })
    this.#contact()
    if (!this.#isSynced) {
      this.#isSynced = true
      this.#note({})
      this.emit('synced')
    }
    return version
  }

  /** Watches until it ends. Resolves with the version to go on from; undefined: list anew. */
  async #watch(from: string): Promise<string | undefined> {
    const { clock, silenceMs } = this.#settings
    const dog = new Watchdog(clock, silenceMs, this.#resyncAt)
    const signal = AbortSignal.any([this.#closing.signal, dog.signal])
    this.#note({ state: 'watching', watches: this.#health.watches + 1 })
    try {
      const opened = (): void => this.#contact()
      for await (const { changes, resourceVersion } of this.#looking.watch(from, signal, opened)) {
        dog.heard()
        this.#lines += 1
        if (resourceVersion !== '') this.#version = resourceVersion
        this.#contact()
        this.#tell(changes)
      }
    } catch (error) {
      if (!dog.signal.aborted) throw error
    } finally {
      dog.stop()
    }
    if (dog.isSilent) this.#note({ silences: this.#health.silences + 1 })
    return clock.now() >= this.#resyncAt ? undefined : this.#version
  }
}
