import { digestOf, type KeyHashes } from './hashes.js'
import type { Baseline } from './state.js'

/** How one resource differs from what a workload was last rolled for. */
export interface Difference {
  /** `configmap/shop` */
  readonly resource: string
  readonly what: 'changed' | 'created' | 'deleted'
  /** The keys that differ; `*` where there are too many to remember each. */
  readonly keys: readonly string[]
}

/** What differs, and what to remember: with the differences taken, and without. */
export interface Comparison {
  readonly differences: readonly Difference[]
  /** After a rollout. */
  readonly rolled: Baseline
  /** Without one: only what was not known before is added. */
  readonly adopted: Baseline
}

/** Which comings and goings count. */
export interface Lifecycle {
  readonly onCreate: boolean
  readonly onDelete: boolean
}

const whole = '*'
// An annotation has room for 256 KiB, together with all others.
const mostOfOne = 4096
const mostOfAll = 98_304

const sizeOf = (hashes: KeyHashes | null): number => JSON.stringify(hashes).length

const asWhole = (hashes: KeyHashes | null): KeyHashes | null =>
  hashes && { [whole]: digestOf({ '': hashes }) }

type Hashes = Readonly<Record<string, KeyHashes | null>>

const mapped = (all: Hashes, map: (hashes: KeyHashes | null) => KeyHashes | null): Hashes =>
  Object.fromEntries(Object.entries(all).map(([id, hashes]) => [id, map(hashes)]))

/** Hashes as they are remembered: one for all keys of a resource where there is no room for each. */
const compact = (all: Hashes): Hashes => {
  const short = mapped(all, (hashes) => (sizeOf(hashes) > mostOfOne ? asWhole(hashes) : hashes))
  const size = Object.values(short).reduce((sum, hashes) => sum + sizeOf(hashes), 0)
  return size > mostOfAll ? mapped(all, asWhole) : short
}

// A key may be called `constructor`.
const has = (hashes: KeyHashes, key: string): boolean => Object.hasOwn(hashes, key)

const keysThatDiffer = (before: KeyHashes, now: KeyHashes, addedCount: boolean): readonly string[] => {
  if (has(before, whole) || has(now, whole)) {
    const [old, current] = [before, now].map((each) => each[whole] ?? digestOf({ '': each }))
    return old === current ? [] : [whole]
  }
  const added = Object.keys(now).filter((key) => !has(before, key))
  const others = Object.keys(before).filter((key) => !has(now, key) || before[key] !== now[key])
  return [...others, ...(addedCount ? added : [])].toSorted()
}

interface Step {
  readonly difference?: Difference
  readonly rolled: KeyHashes | null
  readonly adopted: KeyHashes | null
}

const compareOne = (
  resource: string,
  before: KeyHashes | null | undefined,
  now: KeyHashes | null,
  rule: Lifecycle & { readonly sameKeys: boolean },
): Step => {
  const taken = { rolled: now, adopted: now }
  // Not known yet: what runs may well have it already, and rolling for it would roll everything at the first start.
  if (before === undefined) return taken
  if (before === null) {
    if (now === null || !rule.onCreate) return taken
    return {
      difference: { resource, what: 'created', keys: Object.keys(now).toSorted() },
      rolled: now,
      adopted: null,
    }
  }
  if (now === null) {
    const kept = { rolled: before, adopted: before }
    if (!rule.onDelete) return kept
    return {
      difference: { resource, what: 'deleted', keys: Object.keys(before).toSorted() },
      rolled: null,
      adopted: before,
    }
  }
  const keys = keysThatDiffer(before, now, rule.sameKeys)
  if (keys.length === 0) return { rolled: now, adopted: rule.sameKeys ? before : now }
  return { difference: { resource, what: 'changed', keys }, rolled: now, adopted: before }
}

/**
 * Compares what a workload was last rolled for with what there is. `now` has every resource that may roll it, null for
 * one that does not exist. Resources that may not roll it any more are forgotten. `sameKeys`: the same keys count as
 * when the baseline was made; otherwise a key that is not in it may be old, and is adopted.
 */
export const compare = (
  before: Baseline,
  now: Hashes,
  rule: Lifecycle & { readonly sameKeys: boolean },
): Comparison => {
  const steps = Object.entries(compact(now)).map(
    ([resource, hashes]) => [resource, compareOne(resource, before[resource], hashes, rule)] as const,
  )
  return {
    differences: steps.flatMap(([, { difference }]) => (difference ? [difference] : [])),
    rolled: Object.fromEntries(steps.map(([resource, { rolled }]) => [resource, rolled])),
    adopted: Object.fromEntries(steps.map(([resource, { adopted }]) => [resource, adopted])),
  }
}

/** `configmap/shop (app.yaml, log.level), secret/db`: names only. */
export const describeDifferences = (differences: readonly Difference[]): string =>
  differences
    .map(({ resource, what, keys }) => {
      if (what !== 'changed') return `${resource} was ${what}`
      const shown = keys.slice(0, 5)
      const more = keys.length > shown.length ? ` and ${keys.length - shown.length} more` : ''
      return `${resource} (${shown.join(', ')}${more})`
    })
    .join(', ')
