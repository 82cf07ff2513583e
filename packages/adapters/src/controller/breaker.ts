import { isFlapping } from './pace.js'
import type { Policy } from './policy.js'
import type { State } from './state.js'

/** What of a workload's state the breaker looks at. */
export type Breaking = Pick<State, 'rollouts' | 'heldAt' | 'released'>

/** Times in milliseconds since 1970. */
export interface Moment {
  readonly nowMs: number
  /** When the first change that waits was seen, and the last one. */
  readonly firstMs: number
  readonly lastMs: number
}

/** What the breaker says, and what is to be remembered of it. */
export type Broken =
  | { readonly go: true; readonly heldAt: number | undefined; readonly clear: boolean }
  | { readonly go: false; readonly heldAt: number; readonly untilMs: number }

const free: Broken = { go: true, heldAt: undefined, clear: false }

/**
 * Too many rollouts hold a workload: one that rewrites its own ConfigMap would roll without end. It goes on, with an
 * empty history, when a person releases it. It goes on with a single rollout when nothing changed for the breaker's
 * time; only when nothing changes for that time after it, too, is it as good as before.
 */
export const breakerOf = (
  { breaker: quota, release }: Pick<Policy, 'breaker' | 'release'>,
  { rollouts, heldAt, released }: Breaking,
  { nowMs, firstMs, lastMs }: Moment,
): Broken => {
  if (!quota) return free
  if (heldAt === undefined && !isFlapping(rollouts, quota, nowMs)) return free
  // A release that is older than the hold is known already: it was noted when there was nothing to release.
  if (release !== undefined && release !== released) return { go: true, heldAt: undefined, clear: true }
  const since = heldAt ?? nowMs
  const last = rollouts.at(-1) ?? since
  if (last > since && firstMs > last + quota.withinMs) return free
  const untilMs = lastMs + quota.withinMs
  return untilMs > nowMs ? { go: false, heldAt: since, untilMs } : { go: true, heldAt: since, clear: false }
}
