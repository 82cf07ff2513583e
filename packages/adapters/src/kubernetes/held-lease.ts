import { hasStatus, isConflict } from './api-error.js'
import type { KubeClient } from './client.js'
import { released, taken } from './lease-record.js'
import type { Held, LeaseSettings } from './lease-settings.js'
import type { LeaseObject } from './objects.js'
import { resources } from './resources.js'

const mostTries = 5

/** A lease that we have taken. */
export class HeldLease implements Held {
  readonly identity: string
  readonly #client: KubeClient
  readonly #settings: LeaseSettings
  readonly #lost = new AbortController()
  readonly #done = new AbortController()
  readonly #renewing: Promise<void>
  #lease: LeaseObject
  /** When the last renewal that succeeded was begun: the server's time-out for others began later. */
  #renewedAt: number
  #released: Promise<void> | undefined

  constructor(client: KubeClient, settings: LeaseSettings, lease: LeaseObject, renewedAt: number) {
    this.identity = settings.identity
    this.#client = client
    this.#settings = settings
    this.#lease = lease
    this.#renewedAt = renewedAt
    this.#renewing = this.#renew()
  }

  get signal(): AbortSignal {
    return this.#lost.signal
  }
  get isHeld(): boolean {
    return (
      !this.#lost.signal.aborted &&
      this.#settings.clock.now() < this.#renewedAt + this.#settings.renewWithinMs
    )
  }

  release(): Promise<void> {
    this.#released ??= this.#release()
    return this.#released
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  async #release(): Promise<void> {
    const wasHeld = this.isHeld
    const { clock, durationMs } = this.#settings
    const leftMs = this.#renewedAt + durationMs - clock.now()
    this.#done.abort()
    this.#lose()
    await this.#renewing
    if (!wasHeld) return
    // Not released, it runs out: from then on there is nothing to give back.
    await this.#within(leftMs, (limit) => this.#write(limit)).catch(() => undefined)
  }

  /** Writes that nobody has it; after a write of somebody else, once more if it still is ours. */
  async #write(signal: AbortSignal): Promise<void> {
    const { ref, clock, identity } = this.#settings
    let lease = this.#lease
    for (let tries = 1; ; tries++) {
      try {
        await this.#client.update(resources.leases, released(lease, clock.now()), { signal })
        return
      } catch (error) {
        if (!isConflict(error) || tries >= mostTries) throw error
      }
      lease = await this.#client.get(resources.leases, ref, signal)
      const { holderIdentity, acquireTime } = lease.spec ?? {}
      // Ours of another time may be one that we have taken since.
      if (holderIdentity !== identity || acquireTime !== this.#lease.spec?.acquireTime) return
    }
  }

  #lose(): void {
    if (!this.#lost.signal.aborted)
      this.#lost.abort(new Error(`lease ${this.#settings.ref.name} is not held any more`))
  }

  async #renew(): Promise<void> {
    const { clock, retryMs, renewWithinMs } = this.#settings
    const { signal } = this.#done
    try {
      for (;;) {
        await clock.sleep(retryMs, signal)
        const startedAt = clock.now()
        const leftMs = this.#renewedAt + renewWithinMs - startedAt
        if (leftMs <= 0) break
        const isOurs = await this.#within(leftMs, (limit) =>
          this.#once(startedAt, AbortSignal.any([limit, signal])),
        )
        if (!isOurs) break
      }
    } catch {
      // Released, or closed.
    }
    this.#lose()
  }

  /** False: somebody else has it. */
  async #once(startedAt: number, signal: AbortSignal): Promise<boolean> {
    const { identity, durationMs, ref } = this.#settings
    try {
      this.#lease = await this.#client.update(
        resources.leases,
        taken(this.#lease, identity, durationMs, startedAt),
        { signal },
      )
      this.#renewedAt = startedAt
      return true
    } catch (error) {
      if (hasStatus(error, 404)) return false
      if (!isConflict(error)) return true
    }
    try {
      // Our own write, of which no answer came; or somebody has put a label on it.
      this.#lease = await this.#client.get(resources.leases, ref, signal)
      return this.#lease.spec?.holderIdentity === identity
    } catch (error) {
      // Somebody has deleted it, which a server calls a conflict, too: whoever makes it anew has it.
      return !hasStatus(error, 404)
    }
  }

  /** Work that is aborted after a time on the clock. */
  async #within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#settings
    const [limit, over] = [new AbortController(), new AbortController()]
    clock.sleep(ms, over.signal).then(
      () => limit.abort(),
      () => undefined,
    )
    try {
      return await work(limit.signal)
    } finally {
      over.abort()
    }
  }
}
