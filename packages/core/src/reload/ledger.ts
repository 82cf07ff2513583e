import { type Change, diff, fromNothing } from '../mount/change.js'
import { emptySnapshot, type Key, type Snapshot } from '../mount/snapshot.js'

/** What a reaction has applied, and what of that is in doubt. Reactions get *last applied → now*, never *last seen*. */
export class Ledger {
  #applied: Snapshot | undefined
  #doubtedSince: number | undefined
  readonly #suspects = new Set<Key>()
  /** One for all tries: a chain remembers by it what it has begun since. */
  readonly #nothing = emptySnapshot()

  constructor(applied: Snapshot | undefined) {
    this.#applied = applied
  }

  /** The last revision that was verified. */
  get applied(): Snapshot | undefined {
    return this.#applied
  }
  /** An apply or verify failed: what runs is unknown. */
  get isDirty(): boolean {
    return this.#doubtedSince !== undefined
  }
  /** Since when it is, in milliseconds. */
  get doubtedSince(): number | undefined {
    return this.#doubtedSince
  }

  /** What there is to do; undefined when nothing. While dirty there always is, even towards the revision before. */
  changeTo(desired: Snapshot): Change | undefined {
    if (this.#applied) return diff(this.#applied, desired, this.#suspects)
    return diff(this.#nothing, desired, this.#suspects) ?? fromNothing(desired)
  }

  /** It is in effect, proven. */
  confirm(snapshot: Snapshot): void {
    this.#applied = snapshot
    this.#doubtedSince = undefined
    this.#suspects.clear()
  }

  /** It was begun and not proven. */
  doubt(change: Change, now: number): void {
    this.#doubtedSince ??= now
    for (const key of [...change.added, ...change.changed, ...change.removed]) this.#suspects.add(key)
  }
}
