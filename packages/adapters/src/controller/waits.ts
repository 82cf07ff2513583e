import type { WaitReason } from './state.js'

/** Which workloads wait, and for what. */
export class Waits {
  readonly #waiting = new Map<string, WaitReason>()
  readonly #told = new Map<string, string>()

  /**
   * Notes that one waits. True: that is to be told. A config that changes every second would be told of every second,
   * so only another reason is news, and another digest only for whoever is to approve it. Gathering is no news.
   */
  begin(key: string, reason: WaitReason, digest: string): boolean {
    this.#waiting.set(key, reason)
    if (reason === 'coalesce') return false
    const text = reason === 'approval' ? digest : reason
    if (this.#told.get(key) === text) return false
    this.#told.set(key, text)
    return true
  }

  end(key: string): void {
    this.#waiting.delete(key)
    this.#told.delete(key)
  }

  /** Those that wait for this. */
  *for(reason: WaitReason): Iterable<string> {
    for (const [key, own] of this.#waiting) if (own === reason) yield key
  }

  /** How many, by reason. */
  get counts(): Readonly<Partial<Record<WaitReason, number>>> {
    const counts: Partial<Record<WaitReason, number>> = {}
    for (const reason of this.#waiting.values()) counts[reason] = (counts[reason] ?? 0) + 1
    return counts
  }
}
