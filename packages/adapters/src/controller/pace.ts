import type { Quota } from './policy.js'

/** Times of rollouts, milliseconds since 1970, oldest first. */
export type History = readonly number[]

// Another controller's clock may be ahead of ours. By seconds: what is yet to come counts as now. By more: it counts
// when we have written it down ourselves, else an hour of skew would hold a workload for an hour.
const mostSkewMs = 60_000

const withinOf = (history: History, { withinMs }: Quota, nowMs: number): History =>
  history.filter((at) => at > nowMs - withinMs && at <= nowMs + mostSkewMs).map((at) => Math.min(at, nowMs))

/** When the next rollout is due by a quota: `nowMs` if it is not used up. */
export const quotaDueAt = (history: History, quota: Quota, nowMs: number): number => {
  const recent = withinOf(history, quota, nowMs)
  const oldest = recent.at(-quota.max)
  return oldest === undefined ? nowMs : oldest + quota.withinMs
}

/** Whether as many rollouts as a breaker allows lie within its time. */
export const isFlapping = (history: History, quota: Quota, nowMs: number): boolean =>
  withinOf(history, quota, nowMs).length >= quota.max

/** The history after one more rollout, as long as anybody asks for; the one before tells the way back from a repetition. */
export const withRollout = (history: History, nowMs: number, mostKept: number): History =>
  [...history.map((at) => Math.min(at, nowMs)), nowMs].slice(-Math.max(2, mostKept))
