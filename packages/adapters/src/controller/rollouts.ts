import type { Workload } from './workload.js'

/** How far a rollout is. */
export type Standing = Pick<Workload, 'progress' | 'updated'>

interface UnderWay {
  readonly digest: string
  readonly startedMs: number
  /** When it went on last, and how many pods were new then. */
  readonly movedMs: number
  readonly updated: number | undefined
  readonly isStuck: boolean
}

/** What is to be said of a rollout. */
export type News =
  | { readonly outcome: 'complete'; readonly digest: string; readonly tookMs: number }
  | { readonly outcome: 'stuck'; readonly digest: string }

/** Rollouts that were begun here and are not over. Times in milliseconds since 1970. */
export class Rollouts {
  readonly #underWay = new Map<string, UnderWay>()

  get size(): number {
    return this.#underWay.size
  }

  begin(key: string, digest: string, nowMs: number): void {
    const updated = undefined
    this.#underWay.set(key, { digest, startedMs: nowMs, movedMs: nowMs, updated, isStuck: false })
  }

  /** Notes how far one is; what is new is to be told, once. */
  note(key: string, { progress, updated }: Standing, nowMs: number): News | undefined {
    const rollout = this.#underWay.get(key)
    if (!rollout) return undefined
    const { digest, startedMs, isStuck } = rollout
    if (progress === 'rolling') {
      if (rollout.updated !== updated) this.#underWay.set(key, { ...rollout, updated, movedMs: nowMs })
      return undefined
    }
    if (progress === 'failed') {
      this.#underWay.set(key, { ...rollout, isStuck: true })
      return isStuck ? undefined : { outcome: 'stuck', digest }
    }
    this.#underWay.delete(key)
    return progress === 'complete' ? { outcome: 'complete', digest, tookMs: nowMs - startedMs } : undefined
  }

  /** When one will have stood still for too long. Undefined: never, or that has been told. */
  dueMs(key: string, deadlineMs: number): number | undefined {
    const rollout = this.#underWay.get(key)
    const isCounted =
      rollout?.updated !== undefined && !rollout.isStuck && deadlineMs !== Number.POSITIVE_INFINITY
    return isCounted ? rollout.movedMs + deadlineMs : undefined
  }

  forget(key: string): void {
    this.#underWay.delete(key)
  }
}
