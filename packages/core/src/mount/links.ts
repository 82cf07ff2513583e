import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.js'
import type { Key } from './snapshot.js'

/** What stands beside `..data`: the first segment of every key. */
export const linkNames = (keys: Iterable<Key>): ReadonlySet<string> =>
  new Set([...keys].map((key) => key.split('/', 1)[0] ?? key))

/** A revision that has been read, and the links that were there for the one before. */
export interface LinkWait {
  readonly root: string
  readonly before: ReadonlySet<string>
  readonly now: ReadonlySet<string>
  /** Whether it is still the published one. */
  readonly isCurrent: () => boolean
  readonly clock: Clock
  readonly signal: AbortSignal
}

// A kubelet takes microseconds; one that was killed here never comes back, and the change must not wait for it.
const patienceMs = 250
const stepMs = 2

const isThere = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/**
 * Waits until the links of new keys are made and those of removed keys are gone: the kubelet does both after the
 * swap (kubernetes/kubernetes#97642), and a server that is told now reads by those paths. Returns what is there then.
 */
export const linksInPlace = async ({
  root,
  before,
  now,
  isCurrent,
  clock,
  signal,
}: LinkWait): Promise<ReadonlySet<string>> => {
  const added = [...now].filter((name) => !before.has(name))
  const removed = [...before].filter((name) => !now.has(name))
  const areInPlace = (): boolean =>
    added.every((name) => isThere(join(root, name))) && !removed.some((name) => isThere(join(root, name)))
  const until = clock.now() + patienceMs
  while (!areInPlace() && isCurrent() && clock.now() < until) await clock.sleep(stepMs, signal)
  // Links that were never made must be waited for again.
  return new Set(
    [...now, ...removed].filter((name) => before.has(name) === now.has(name) || isThere(join(root, name))),
  )
}
