import { isDeepStrictEqual } from 'node:util'
import { Emitter, type InvalidConfigError, type Mount, type Snapshot, UsageError } from '@hotmount/core'
import type { LiveConfigEvents } from './events.js'
import type { Accepted, Judge, Judgement, Waiting } from './judge.js'
import { diffPaths, pathText } from './paths.js'
import type { AnySchema } from './schema.js'

interface Waiter {
  resolve(): void
  reject(error: InvalidConfigError | UsageError): void
}

/** Follows a mount: each ring judges what is there now, and a judgement never overtakes a later one. */
export class Running extends Emitter<LiveConfigEvents<unknown>> {
  readonly #mount: Mount
  readonly #judge: Judge<AnySchema>
  readonly #waiters = new Set<Waiter>()
  #seen: Snapshot
  /** Turn that was begun last, and turn that was settled last. */
  #begun = 0
  #settled = 0
  #accepted: Accepted<unknown>
  #revision: string
  #refusal: InvalidConfigError | undefined
  #refusedBytes: string | undefined
  #closed = false

  constructor(
    mount: Mount,
    judge: Judge<AnySchema>,
    first: { readonly snapshot: Snapshot; readonly accepted: Accepted<unknown> },
  ) {
    super()
    this.#mount = mount
    this.#judge = judge
    this.#seen = first.snapshot
    this.#accepted = first.accepted
    this.#revision = first.snapshot.revision
    mount.on('change', this.#look)
    mount.signal.addEventListener('abort', this.#stop, { once: true })
  }

  get current(): unknown {
    return this.#accepted.value
  }
  get revision(): string {
    return this.#revision
  }
  get stale(): boolean {
    return this.#refusal !== undefined
  }
  get waiting(): readonly string[] {
    return this.#accepted.waiting
  }

  /** What may be printed: no value. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { revision, stale, waiting } = this
    return { revision, stale, waiting }
  }

  /** The ring says only that there is something to see. */
  readonly #look = (): void => {
    const snapshot = this.#mount.snapshot
    // What a schema asks may be up again by now.
    const isOpen = this.#refusal?.retryable === true && this.#settled === this.#begun
    if (this.#closed || (snapshot === this.#seen && !isOpen)) return
    this.#seen = snapshot
    const turn = (this.#begun += 1)
    const judgement = this.#judge.judge(snapshot, () => this.#accepted)
    // A schema that answers at once is not made to wait; the judge turns everything that fails into a verdict.
    if (judgement instanceof Promise) void judgement.then((late) => this.#settle(turn, snapshot, late))
    else this.#settle(turn, snapshot, judgement)
  }

  #settle(turn: number, snapshot: Snapshot, judgement: Judgement<unknown>): void {
    if (turn < this.#settled || this.#closed) return
    this.#settled = turn
    try {
      if (judgement.kind === 'refused') this.#refuse(judgement.error, snapshot)
      else this.#accept(snapshot, judgement)
    } catch (thrown) {
      this.#refuse(this.#judge.refusal(snapshot, thrown).error, snapshot)
    } finally {
      if (this.#settled === this.#begun) this.#answer()
    }
  }

  /** Compares first, and changes only then: values that cannot be compared leave everything as it is. */
  #accept(snapshot: Snapshot, judgement: Accepted<unknown> | Waiting<unknown>): void {
    const before = this.#accepted
    const isWhole = judgement.kind === 'accepted'
    const current = isWhole ? judgement.value : before.value
    const paths = Object.freeze(diffPaths(before.value, isWhole ? current : judgement.wanted))
    // What has a path is different; what has none may differ in what no path leads to.
    const isSame = !isWhole || (paths.length === 0 && isDeepStrictEqual(before.value, current))
    const waiting = isWhole ? judgement.waiting : paths.map(({ path }) => pathText(path))
    const value = isSame ? before.value : current
    this.#refusal = undefined
    this.#accepted = { ...(isWhole ? judgement : before), value, waiting }
    if (isWhole) this.#revision = snapshot.revision
    if (!isSame) this.emit('change', Object.freeze({ current, previous: before.value, paths }))
    if (waiting.length > 0 && !isDeepStrictEqual(waiting, before.waiting))
      this.emit('restartRequired', Object.freeze({ paths: waiting }))
  }

  #refuse(error: InvalidConfigError, snapshot: Snapshot): void {
    const bytes = this.#judge.bytesOf(snapshot)
    const isKnown = this.#refusal?.retryable === error.retryable && this.#refusedBytes === bytes
    this.#refusal = error
    this.#refusedBytes = bytes
    // Another key of the mount changed: the same complaint would be told again.
    if (isKnown) return
    if (!this.emit('rejected', error)) process.emitWarning(error)
  }

  #answer(): void {
    for (const waiter of this.#waiters) {
      if (this.#refusal) waiter.reject(this.#refusal)
      else waiter.resolve()
    }
    this.#waiters.clear()
  }

  select<U>(pick: (config: unknown) => U, onChange: (next: U, previous: U) => void): () => void {
    let previous = pick(this.current)
    const look = (): void => {
      const next = pick(this.current)
      if (isDeepStrictEqual(next, previous)) return
      const before = previous
      previous = next
      onChange(next, before)
    }
    this.on('change', look)
    return () => {
      this.off('change', look)
    }
  }

  inSync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ resolve, reject })
      this.#look()
      if (this.#closed) this.#leave()
      else if (this.#settled === this.#begun) this.#answer()
    })
  }

  #leave(): void {
    const error = new UsageError('CLOSED', 'this config is closed', {
      hint: 'ask before `close()`, and before the mount closes',
    })
    for (const waiter of this.#waiters) waiter.reject(error)
    this.#waiters.clear()
  }

  readonly #stop = (): void => {
    this.#closed = true
    this.#mount.off('change', this.#look)
    this.#mount.signal.removeEventListener('abort', this.#stop)
    this.#leave()
  }

  close(): Promise<void> {
    this.#stop()
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
