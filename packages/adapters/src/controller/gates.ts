import { breakerOf, type Moment } from './breaker.js'
import { isOpen } from './calendar.js'
import { quotaDueAt } from './pace.js'
import type { Policy } from './policy.js'
import type { State, WaitReason } from './state.js'

/** Where a workload stands when its rollout is due. */
export interface Standing extends Moment {
  /** What would be rolled. */
  readonly digest: string
  /** Whether another workload of its turn is rolling, or failed to. */
  readonly isTurnTaken: boolean
}

/** What the gates say: go, or wait for something until a time (undefined: until something changes). */
export type Passage =
  | { readonly go: true; readonly heldAt: number | undefined; readonly clear: boolean }
  | {
      readonly go: false
      readonly for: WaitReason
      readonly untilMs: number | undefined
      readonly heldAt: number | undefined
    }

const minuteMs = 60_000
/** Enough of a digest to approve it by: nobody likes to type sixteen letters. */
const leastApproval = 6

const isApproved = ({ approve }: Policy, digest: string): boolean =>
  approve !== undefined && approve.length >= leastApproval && digest.startsWith(approve)

/** Asks one gate after the other; the first that is closed is the answer. */
export const passGates = (policy: Policy, state: State, standing: Standing): Passage => {
  const { nowMs, firstMs, lastMs, digest } = standing
  const wait = (reason: WaitReason, untilMs?: number, heldAt = state.heldAt): Passage => ({
    go: false,
    for: reason,
    untilMs,
    heldAt,
  })
  const { quietMs, maxMs } = policy.coalesce
  const gatheredMs = Math.min(lastMs + quietMs, firstMs + maxMs)
  if (gatheredMs > nowMs) return wait('coalesce', gatheredMs)
  const pausedMs = firstMs + (policy.pauseMs ?? 0)
  if (pausedMs > nowMs) return wait('pause', pausedMs)
  const broken = breakerOf(policy, state, standing)
  if (!broken.go) return wait('breaker', broken.untilMs, broken.heldAt)
  if (policy.needsApproval && !isApproved(policy, digest)) return wait('approval')
  if (policy.window && !isOpen(policy.window, nowMs))
    return wait('window', Math.floor(nowMs / minuteMs) * minuteMs + minuteMs)
  const dueMs = policy.rate && !broken.clear ? quotaDueAt(state.rollouts, policy.rate, nowMs) : nowMs
  if (dueMs > nowMs) return wait('rate', dueMs)
  return standing.isTurnTaken ? wait('turn') : { go: true, heldAt: broken.heldAt, clear: broken.clear }
}
