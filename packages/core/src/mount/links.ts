import { lstatSync, readdirSync } from 'node:fs'
import type { Clock } from '../base/clock.js'
import type { Key } from './snapshot.js'

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

/** Tells of names whether they stand in a directory now. Listing it costs less than asking for two names. */
const standingIn = (directory: string): ((name: string) => boolean) => {
  try {
    const names = new Set(readdirSync(directory))
    return (name) => names.has(name)
  } catch {
    // It may be looked into and not be listed.
    return (name) => isThere(`${directory}/${name}`)
  }
}

/** What stands beside `..data`: the first segment of every key. */
const namesOf = (keys: readonly Key[]): ReadonlySet<string> =>
  new Set(keys.map((key) => (key.includes('/') ? key.slice(0, key.indexOf('/')) : key)))

/**
 * The links of a mount's keys. The kubelet makes those of new keys and removes those of old ones after the swap
 * (kubernetes/kubernetes#97642), and who is told of a change may read by those paths.
 */
export class Links {
  readonly #root: string
  readonly #signal: AbortSignal
  #names: ReadonlySet<string> = new Set()

  constructor(root: string, signal: AbortSignal) {
    this.#root = root
    this.#signal = signal
  }

  /** Whether these keys are known to have their links, and no others are left. Asks nothing of the disk. */
  areThose(keys: readonly Key[]): boolean {
    if (this.#names.size !== keys.length) return false
    for (const key of keys) if (!this.#names.has(key)) return false
    return true
  }

  /** Waits until the links are in place, for as long as the revision with these keys is the published one. */
  async inPlace(keys: readonly Key[], isCurrent: () => boolean, clock: Clock): Promise<void> {
    const [before, now] = [this.#names, namesOf(keys)]
    const added = [...now].filter((name) => !before.has(name))
    const removed = [...before].filter((name) => !now.has(name))
    let stands = standingIn(this.#root)
    const areInPlace = (): boolean => added.every(stands) && !removed.some(stands)
    const until = clock.now() + patienceMs
    let isDone = areInPlace()
    while (!isDone && isCurrent() && clock.now() < until) {
      await clock.sleep(stepMs, this.#signal)
      stands = standingIn(this.#root)
      isDone = areInPlace()
    }
    // Links that were never made must be waited for again.
    const isAsBefore = (name: string): boolean => before.has(name) === now.has(name)
    this.#names = isDone
      ? now
      : new Set([...now, ...removed].filter((name) => isAsBefore(name) || stands(name)))
  }
}
