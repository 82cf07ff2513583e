import { inspect } from 'node:util'
import { showAs } from '../base/inspect.js'
import { emptySnapshot, entriesOf, type Key, type Snapshot } from './snapshot.js'

/**
 * The difference between two snapshots, by key.
 *
 * @example
 * if (change.touches('tls.crt', 'tls.key')) server.setSecureContext(change.snapshot.pick('tls.crt', 'tls.key'))
 */
export interface Change {
  readonly snapshot: Snapshot
  readonly previous: Snapshot
  readonly added: readonly Key[]
  readonly changed: readonly Key[]
  readonly removed: readonly Key[]
  /** Whether any added, changed or removed key equals one of these names or matches one of these patterns. */
  touches(...keys: (Key | RegExp)[]): boolean
}

/** Whether a name is selected. `search` ignores the state that /g and /y patterns carry between calls. */
export const selects = (selectors: readonly (Key | RegExp)[], key: Key): boolean =>
  selectors.some((selector) => (typeof selector === 'string' ? selector === key : key.search(selector) >= 0))

const none: readonly Key[] = Object.freeze([])
const frozen = (keys: Key[]): readonly Key[] => (keys.length === 0 ? none : Object.freeze(keys))

class KeyChange implements Change {
  readonly snapshot: Snapshot
  readonly previous: Snapshot
  readonly added: readonly Key[]
  readonly changed: readonly Key[]
  readonly removed: readonly Key[]
  constructor(previous: Snapshot, snapshot: Snapshot, keys: Record<'added' | 'changed' | 'removed', Key[]>) {
    this.snapshot = snapshot
    this.previous = previous
    this.added = frozen(keys.added)
    this.changed = frozen(keys.changed)
    this.removed = frozen(keys.removed)
    Object.freeze(this)
  }
  touches(...selectors: (Key | RegExp)[]): boolean {
    return [this.added, this.changed, this.removed].some((keys) =>
      keys.some((key) => selects(selectors, key)),
    )
  }
  static {
    showAs(this.prototype, ({ snapshot, added, changed, removed }: KeyChange) => {
      const shown = inspect({ revision: snapshot.revision, added, changed, removed })
      return `Change ${shown}`
    })
  }
}

const noSuspects: ReadonlySet<Key> = new Set()

/**
 * What changed from one snapshot to the next; undefined when nothing did.
 * `suspects` are keys whose applied value is in doubt: they count as changed even when their bytes are equal.
 */
export const diff = (
  previous: Snapshot,
  snapshot: Snapshot,
  suspects: ReadonlySet<Key> = noSuspects,
): Change | undefined => {
  const before = entriesOf(previous)
  const now = entriesOf(snapshot)
  const added: Key[] = []
  const changed: Key[] = []
  const removed: Key[] = []
  // In the order of a snapshot's names, which is sorted.
  for (const key of snapshot.keys()) {
    const old = before.get(key)
    if (!old) added.push(key)
    else if (now.get(key)?.equals(old) !== true || suspects.has(key)) changed.push(key)
  }
  // Snapshots with the same names share the list of them.
  if (previous.keys() !== snapshot.keys())
    for (const key of previous.keys()) if (!now.has(key)) removed.push(key)
  if (suspects.size > 0) {
    for (const key of suspects) if (!now.has(key) && !before.has(key)) removed.push(key)
    removed.sort()
  }
  const touched = added.length + changed.length + removed.length
  return touched === 0 ? undefined : new KeyChange(previous, snapshot, { added, changed, removed })
}

/** A change in which every key is added: what a reaction sees that starts from nothing. */
export const fromNothing = (snapshot: Snapshot): Change => {
  const keys = { added: [...snapshot], changed: [], removed: [] }
  return new KeyChange(emptySnapshot(), snapshot, keys)
}
