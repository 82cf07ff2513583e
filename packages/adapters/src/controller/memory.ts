import { createHash } from 'node:crypto'
import { stateName } from './annotation-names.js'
import { keyOf } from './views.js'
import type { Workload } from './workload.js'

/** When what was first seen. Milliseconds since 1970. */
interface Sighting {
  readonly firstMs: number
  readonly digest: string
  readonly lastMs: number
}

/** What was written on a workload, and marks of what had been before. */
interface Noted {
  readonly uid: string
  readonly text: string
  readonly past: readonly string[]
}

const mostPast = 16
const markOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12)

/** What is known of workloads besides what is written on them. Forgotten in a restart: then gathering begins anew. */
export class Memory {
  readonly #sightings = new Map<string, Sighting>()
  readonly #states = new Map<string, Noted>()

  /** Notes that a digest waits; the same one again is no news. */
  seen(id: string, digest: string, nowMs: number): Sighting {
    const before = this.#sightings.get(id)
    if (before?.digest === digest) return before
    const sighting = { firstMs: before?.firstMs ?? nowMs, digest, lastMs: nowMs }
    this.#sightings.set(id, sighting)
    return sighting
  }

  /** Nothing waits any more. */
  forget(id: string): void {
    this.#sightings.delete(id)
  }

  /** Notes what is written on a workload, unless it is what was there before: somebody has put that back. */
  note(workload: Workload): void {
    if (!this.isOutdated(workload)) this.wrote(workload)
  }

  /** Notes what we have written on it ourselves. */
  wrote(workload: Workload): void {
    const text = workload.annotations[stateName]
    const key = keyOf(workload)
    const before = this.#states.get(key)
    if (text === undefined) return
    if (before?.uid === workload.uid && before.text === text) {
      // The newer of two equal texts, which the follower has anyway: they may have 256 KB each.
      this.#states.set(key, { ...before, text })
      return
    }
    const [mark, past] = before?.uid === workload.uid ? [markOf(before.text), before.past] : ['', []]
    const kept = [...past, mark].filter((each) => each !== '' && each !== markOf(text)).slice(-mostPast)
    this.#states.set(key, { uid: workload.uid, text, past: kept })
  }

  /**
   * Whether what is written on it was written over since. A GitOps tool that has our annotation in its repository puts
   * it back again and again, with the breaker's count: believed, each time would be a rollout.
   */
  isOutdated(workload: Workload): boolean {
    const text = workload.annotations[stateName]
    const state = this.#states.get(keyOf(workload))
    if (text === undefined || state?.uid !== workload.uid || state.text === text) return false
    return state.past.length > 0 && state.past.includes(markOf(text))
  }

  /** What was written on this very workload last. */
  stateOf(workload: Workload): string | undefined {
    const state = this.#states.get(keyOf(workload))
    return state?.uid === workload.uid ? state.text : undefined
  }

  /** It is gone. */
  drop(id: string): void {
    this.#sightings.delete(id)
    this.#states.delete(id)
  }
}

/** What was said last of each workload, so that nothing is said twice. */
export class Said {
  readonly #said = new Map<string, string>()

  /** Whether it is not what was said last. */
  isNews(key: string, text: string): boolean {
    if (this.#said.get(key) === text) return false
    this.#said.set(key, text)
    return true
  }

  forget(key: string): void {
    this.#said.delete(key)
  }
}
