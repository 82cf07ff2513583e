import type { Process } from './proc.js'

/** A child of a server's master process. */
export interface Worker {
  readonly pid: number
  readonly startTime: number
  /** It says that it only finishes what it has begun. */
  readonly draining: boolean
}

/** One look at a server. */
export interface Sighting {
  /** `gone`: no such process any more; `replaced`: its pid belongs to another process now. */
  readonly master: 'there' | 'gone' | 'replaced'
  readonly workers: readonly Worker[]
  /** What the server itself says, if it is asked. Once it took the config, workers from before are draining. */
  readonly isTaken?: boolean | undefined
  /** It starts all its new workers before it ends an old one: a full set of new ones means the same. */
  readonly startsBeside?: boolean | undefined
  /** Its new workers are always seen beside the old: one that comes after them was only started again. */
  readonly overlaps?: boolean | undefined
  /** The master has executed itself again: of one without workers that is proof. */
  readonly isReexecuted?: boolean | undefined
}

/** What the children say about a reload. Only `applied` and `draining` are success, once they hold. */
export type Verdict =
  | { readonly kind: 'applied'; readonly fresh: number }
  | {
      readonly kind: 'draining'
      readonly fresh: number
      readonly draining: number
      /** Nobody says so: a full set of new children is there beside the old. */
      readonly isPresumed: boolean
    }
  | {
      readonly kind: 'noEffect'
      /** So many workers are new, but only in place of ones that ended. */
      readonly restarted?: number
    }
  /** No workers before and none now: they say nothing. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'partial'; readonly fresh: number; readonly old: number }
  | { readonly kind: 'unstable'; readonly churn: number }
  | { readonly kind: 'died' }
  | { readonly kind: 'lostTarget' }

/** One name per process that ever was. */
export const identity = ({ pid, startTime }: Pick<Process, 'pid' | 'startTime'>): string =>
  `${pid}@${startTime}`

/** Whether this look shows more workers than there were, or a new one beside one that finishes: no restart does. */
export const isBeside = (before: readonly Worker[], { workers }: Sighting): boolean => {
  const alive = new Set(before.filter((worker) => !worker.draining).map(identity))
  const known = new Set(before.map(identity))
  const old = workers.filter((worker) => alive.has(identity(worker)))
  const fresh = workers.filter((worker) => !known.has(identity(worker)))
  const finishes = old.some((worker) => worker.draining) && fresh.some((worker) => !worker.draining)
  return finishes || old.length + fresh.length > alive.size
}

/**
 * Compares the children before a reload with those now. "Some pid changed" is no proof: a worker that was killed
 * is started again with the old config. Every old one must be gone or draining, and a new one there.
 */
export const judge = (before: readonly Worker[], now: Sighting): Verdict => {
  if (now.master === 'gone') return { kind: 'died' }
  if (now.master === 'replaced') return { kind: 'lostTarget' }
  const known = new Set(before.map(identity))
  const fresh = now.workers.filter((worker) => !known.has(identity(worker)) && !worker.draining).length
  const old = now.workers.filter((worker) => known.has(identity(worker)) && !worker.draining).length
  const draining = now.workers.filter((worker) => worker.draining).length
  const alive = before.filter((worker) => !worker.draining).length
  const isSaid = old === 0 || now.isTaken === true
  const isPresumed = !isSaid && now.startsBeside === true && fresh >= alive
  const left = draining + old
  if ((isSaid || isPresumed) && fresh > 0 && now.isTaken !== false)
    return left > 0 ? { kind: 'draining', fresh, draining: left, isPresumed } : { kind: 'applied', fresh }
  if (alive + fresh + left === 0) return now.isReexecuted ? { kind: 'applied', fresh } : { kind: 'idle' }
  const untouched = fresh === 0 && old === alive
  return untouched ? { kind: 'noEffect' } : { kind: 'partial', fresh, old }
}
