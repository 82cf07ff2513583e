import { stateName } from './annotation-names.js'
import { keyOf } from './views.js'
import type { Workload } from './workload.js'

/** When what was first seen. Milliseconds since 1970. */
interface Sighting {
  readonly firstMs: number
  readonly digest: string
  readonly lastMs: number
}

/** What is known of workloads besides what is written on them. Forgotten in a restart: then gathering begins anew. */
export class Memory {
  readonly #sightings = new Map<string, Sighting>()
  readonly #states = new Map<string, { readonly uid: string; readonly text: string }>()

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

  /** Notes what is written on a workload. */
  note(workload: Workload): void {
    const text = workload.annotations[stateName]
    if (text !== undefined) this.#states.set(keyOf(workload), { uid: workload.uid, text })
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
