import { identity, isBeside, judge, type Sighting, type Verdict, type Worker } from './workers.js'

/** How long the new children must stay the same, in milliseconds. */
const stableMs = 300
/** The same when there are fewer new children than old ones: a one-by-one reload may still be under way. */
const stableWhenFewerMs = 1000

/** The same when old ones are only taken to be draining: a threaded gunicorn worker accepts for up to a second more. */
const stableWhenPresumedMs = 1500

/** What was seen of one reload so far. Pure: each look makes a new one. */
export interface Settling {
  readonly before: readonly Worker[]
  readonly verdict: Verdict
  /** Since when the verdict is a success with the same new children; milliseconds of the caller's clock. */
  readonly since: number
  readonly fresh: string
  /** How often the new children changed after a success: churn. */
  readonly churn: number
  /** New workers were seen beside the old. */
  readonly beside: boolean
}

const isSuccess = (verdict: Verdict): boolean => verdict.kind === 'applied' || verdict.kind === 'draining'

/** Before the first look. */
export const settling = (before: readonly Worker[], now: number): Settling => ({
  before,
  verdict: { kind: 'noEffect' },
  since: now,
  fresh: '',
  churn: 0,
  beside: false,
})

/** Takes one more look into account. */
export const observe = (state: Settling, sighting: Sighting, now: number): Settling => {
  const beside = state.beside || isBeside(state.before, sighting)
  const judged = judge(state.before, sighting)
  // A worker that died is started again with the config that the master has, be it the old one.
  const verdict: Verdict =
    sighting.overlaps && !beside && (judged.kind === 'applied' || judged.kind === 'draining')
      ? { kind: 'noEffect', restarted: judged.fresh }
      : judged
  const known = new Set(state.before.map(identity))
  const fresh = sighting.workers
    .map(identity)
    .filter((id) => !known.has(id))
    .toSorted()
    .join()
  const same = isSuccess(state.verdict) && isSuccess(verdict) && fresh === state.fresh
  const churn = isSuccess(state.verdict) && fresh !== state.fresh ? state.churn + 1 : state.churn
  return { before: state.before, verdict, since: same ? state.since : now, fresh, churn, beside }
}

/** The final word, if there is one: a success that held, or a master that is no more. */
export const settled = (state: Settling, now: number): Verdict | undefined => {
  const { verdict, before } = state
  if (verdict.kind === 'died' || verdict.kind === 'lostTarget') return verdict
  if (verdict.kind !== 'applied' && verdict.kind !== 'draining') return undefined
  const alive = before.filter((worker) => !worker.draining).length
  const isPresumed = verdict.kind === 'draining' && verdict.isPresumed
  if (alive + verdict.fresh === 0) return now - state.since >= stableWhenFewerMs ? verdict : undefined
  const enough = isPresumed ? stableWhenPresumedMs : verdict.fresh < alive ? stableWhenFewerMs : stableMs
  return now - state.since >= enough ? verdict : undefined
}

/** The final word when time is up. */
export const lastWord = ({ verdict, churn }: Settling): Verdict =>
  churn > 0 && verdict.kind !== 'noEffect' ? { kind: 'unstable', churn } : verdict

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** One verdict in words. */
export const describeVerdict = (verdict: Verdict): string => {
  if (verdict.kind === 'applied' && verdict.fresh === 0)
    return 'it has executed itself again and has no workers yet'
  if (verdict.kind === 'applied') return many(verdict.fresh, 'new worker')
  if (verdict.kind === 'draining')
    return `${many(verdict.fresh, 'new worker')}, ${verdict.draining} old still draining`
  if (verdict.kind === 'noEffect')
    return verdict.restarted === undefined
      ? 'it kept its old workers'
      : `it has only started ${many(verdict.restarted, 'worker')} again in place of old ones that ended`
  if (verdict.kind === 'idle') return 'it had no workers to judge by'
  if (verdict.kind === 'unstable')
    return `its new workers do not stay (they changed ${many(verdict.churn, 'time')})`
  if (verdict.kind === 'died') return 'it has exited'
  if (verdict.kind === 'lostTarget') return 'its pid belongs to another process now'
  return verdict.fresh + verdict.old === 0
    ? 'it has no workers'
    : `${many(verdict.old, 'old worker')} still there beside ${verdict.fresh} new`
}
