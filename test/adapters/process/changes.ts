import { type Change, type ReactionContext, systemClock } from '@hotmount/core'
import { diff } from '../../../packages/core/src/mount/change.js'
import { Entry, FrozenSnapshot } from '../../../packages/core/src/mount/snapshot.js'

type Data = Readonly<Record<string, string>>

/** A snapshot of these values. */
export const snapshotOf = (data: Data, revision = 'r1'): FrozenSnapshot => {
  const entries = Object.entries(data).map(([key, value]) => [key, new Entry(Buffer.from(value))] as const)
  return new FrozenSnapshot({ entries: new Map(entries), revision, generation: 1, takenAt: 0 })
}

/** The change between two sets of values. */
export const changeOf = (before: Data, after: Data): Change => {
  const change = diff(snapshotOf(before, 'r1'), snapshotOf(after, 'r2'))
  if (!change) throw new Error('both are the same')
  return change
}

/** What the loop hands to a stage. */
export const contextOf = (
  change: Change = changeOf({}, { key: 'value' }),
  signal: AbortSignal = new AbortController().signal,
): ReactionContext => ({
  signal,
  attempt: 1,
  timeoutMs: 30_000,
  clock: systemClock,
  change,
  latest: () => change.snapshot,
  resync: () => Promise.resolve(change.snapshot),
})
