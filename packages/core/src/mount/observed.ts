import { setMaxListeners } from 'node:events'
import { inspect } from 'node:util'
import { Emitter } from '../base/emitter.js'
import { UsageError } from '../base/errors.js'
import { showAs } from '../base/inspect.js'
import { latest } from '../base/latest.js'
import { type Change, diff, fromNothing } from './change.js'
import type { Layout } from './layout.js'
import type { Mount, MountEvents, MountHealth } from './mount.js'
import { FrozenSnapshot, type Snapshot, type Taken } from './snapshot.js'

/** What one mount and several as one have in common: a snapshot, its observers, and an end. */
export abstract class ObservedMount extends Emitter<MountEvents> implements Mount {
  abstract readonly path: string
  abstract readonly layout: Layout
  abstract readonly health: MountHealth
  readonly #closing = new AbortController()
  #snapshot: FrozenSnapshot | undefined
  #changes = 0
  #closed: Promise<void> | undefined

  constructor() {
    super()
    setMaxListeners(0, this.#closing.signal)
  }

  /** Looks, and resolves once what was found has been published. */
  protected abstract look(): Promise<unknown>
  /** Lets go of every handle and timer. */
  protected abstract release(): Promise<void>

  get snapshot(): Snapshot {
    return this.latest
  }
  get signal(): AbortSignal {
    return this.#closing.signal
  }
  protected get latest(): FrozenSnapshot {
    if (!this.#snapshot) throw new UsageError('CLOSED', `${this.path} has not been read yet`)
    return this.#snapshot
  }
  protected get changeCount(): number {
    return this.#changes
  }

  /** Takes new content. False, and nothing is emitted, when no watched key differs. */
  protected publish(taken: Taken): boolean {
    const previous = this.#snapshot
    const next = new FrozenSnapshot(taken, previous)
    const change = previous && diff(previous, next)
    if (previous && !change) return false
    this.#snapshot = next
    if (!change) return false
    this.#changes++
    this.emit('change', change)
    return true
  }

  changes(
    options: { readonly initial?: boolean; readonly signal?: AbortSignal } = {},
  ): AsyncIterableIterator<Change> {
    let seen: Snapshot | undefined = options.initial === true ? undefined : this.latest
    const take = (): Change | undefined => {
      const now = this.latest
      if (seen === now) return undefined
      const change = seen ? diff(seen, now) : fromNothing(now)
      seen = now
      return change
    }
    const onNews = (wake: () => void): (() => void) => {
      this.on('change', wake)
      return () => this.off('change', wake)
    }
    return latest({ take, onNews, end: this.signal, abort: options.signal })
  }
  [Symbol.asyncIterator](): AsyncIterableIterator<Change> {
    return this.changes()
  }

  async resync(): Promise<Snapshot> {
    if (this.signal.aborted) throw new UsageError('CLOSED', `the mount ${this.path} is closed`)
    // Whoever asks may still begin to listen in this turn.
    await Promise.resolve()
    await this.look()
    return this.latest
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }
  async #close(): Promise<void> {
    this.#closing.abort(new UsageError('CLOSED', `the mount ${this.path} is closed`))
    await this.release()
    this.emit('close')
    this.removeAllListeners()
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
  toJSON(): Readonly<Record<string, unknown>> {
    const { path, layout, health, snapshot } = this
    return { path, layout, health, snapshot }
  }
  static {
    showAs(this.prototype, (mount: ObservedMount) => `Mount ${inspect(mount.toJSON())}`)
  }
}
