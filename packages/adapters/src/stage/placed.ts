import type { Snapshot } from '@hotmount/core'

const placed = new WeakMap<Snapshot, Map<string, string>>()

/** Remembers as which revision of a directory a snapshot was written. */
export const remember = (snapshot: Snapshot, into: string, revision: string): void => {
  placed.set(snapshot, new Map(placed.get(snapshot)).set(into, revision))
}

/** The revision of a directory that a snapshot was written as. */
export const placeOf = (snapshot: Snapshot, into: string): string | undefined =>
  placed.get(snapshot)?.get(into)
