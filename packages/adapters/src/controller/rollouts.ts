import type { Progress } from './progress.js'

interface UnderWay {
  readonly digest: string
  readonly startedMs: number
  readonly isStuck: boolean
}

/** What is to be said of a rollout. */
export type News =
  | { readonly outcome: 'complete'; readonly digest: string; readonly tookMs: number }
  | { readonly outcome: 'stuck'; readonly digest: string }

/** Rollouts that were begun here and are not over. */
export class Rollouts {
  readonly #underWay = new Map<string, UnderWay>()

  get size(): number {
    return this.#underWay.size
  }

  begin(key: string, digest: string, nowMs: number): void {
    this.#underWay.set(key, { digest, startedMs: nowMs, isStuck: false })
  }

  /** Notes how far one is; what is new is to be told, once. */
  note(key: string, progress: Progress, nowMs: number): News | undefined {
    const rollout = this.#underWay.get(key)
    if (!rollout || progress === 'rolling') return undefined
    const { digest, startedMs, isStuck } = rollout
    if (progress === 'failed') {
      this.#underWay.set(key, { ...rollout, isStuck: true })
      return isStuck ? undefined : { outcome: 'stuck', digest }
    }
    this.#underWay.delete(key)
    return progress === 'complete' ? { outcome: 'complete', digest, tookMs: nowMs - startedMs } : undefined
  }

  forget(key: string): void {
    this.#underWay.delete(key)
  }
}
