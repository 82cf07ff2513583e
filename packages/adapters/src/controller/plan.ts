import { stampName, stateName } from './annotation-names.js'
import type { Moment } from './breaker.js'
import { type CandidateRules, candidatesOf, type Presence } from './candidates.js'
import type { Complaint } from './complaints.js'
import { countingOf } from './counted.js'
import type { Subject } from './decide.js'
import { compare, type Comparison, type Difference, type Lifecycle } from './difference.js'
import { type Passage, passGates } from './gates.js'
import { digestOf, type KeyHashes } from './hashes.js'
import { withRollout } from './pace.js'
import { type Defaults, type Policy, readPolicy } from './policy.js'
import { readState, type State, type WaitReason, writeState } from './state.js'

/** All that a plan depends on, apart from one workload and the resources of its namespace. */
export interface PlanRules extends CandidateRules, Lifecycle {
  readonly defaults: Defaults
  /** The name of the hashing. */
  readonly hashing: string
}

/** Where one workload stands. Times in milliseconds since 1970. */
export interface Situation {
  readonly nowMs: number
  /** What was last written on this very workload: somebody may have replaced it, annotations and all. */
  readonly remembered: string | undefined
  /** What is written on it was written over since: somebody has put it back. */
  readonly isOutdated: boolean
  /** When a difference was first seen since nothing differed, and when this very digest was. */
  readonly seen: (digest: string) => { readonly firstMs: number; readonly lastMs: number }
  /** What the pods report of their mounts, where Secrets may not be read. */
  readonly reported: KeyHashes | undefined
  /** Whether another workload of the turn is rolling, or failed to. */
  readonly isTurnTaken: (turn: string) => boolean
}

/** What would be stamped. */
export interface Stamp {
  readonly digest: string
  readonly differences: readonly Difference[]
  /** For each resource that differs: the container that uses it, and a digest of that resource alone. */
  readonly variables: readonly {
    readonly resource: string
    readonly container: string | undefined
    readonly digest: string
  }[]
}

/** What to do about one workload now. */
export type Plan =
  | { readonly do: 'nothing' }
  /** Remember what there is, on the workload's own metadata: no pod is touched. */
  | { readonly do: 'adopt'; readonly state: State }
  | {
      readonly do: 'wait'
      readonly for: WaitReason
      readonly untilMs: number | undefined
      readonly stamp: Stamp
      /** To be remembered; undefined: nothing that was not known. */
      readonly state: State | undefined
      readonly complaint?: Complaint
    }
  | { readonly do: 'roll'; readonly stamp: Stamp; readonly state: State; readonly turn: string | undefined }

/** A shorter wait is not worth a request: after a restart it begins anew. */
const leastRemembered = 60_000

const isRemembered = (reason: WaitReason, policy: Policy): boolean =>
  reason === 'coalesce' ? policy.coalesce.maxMs >= leastRemembered : reason !== 'turn'

const stampOf = (
  { differences, rolled }: Comparison,
  containers: Readonly<Record<string, string | undefined>>,
  stamped: string | undefined,
): Stamp => {
  const digest = digestOf(rolled)
  return {
    // The way back to what is stamped already would change nothing, and so roll nothing.
    digest: digest === stamped ? `${digest}-again` : digest,
    differences,
    variables: differences.map(({ resource }) => ({
      resource,
      container: containers[resource],
      digest: digestOf({ [resource]: rolled[resource] ?? null }),
    })),
  }
}

const changed = (next: State, text: string | undefined): State | undefined =>
  writeState(next) === text ? undefined : next

const empty: Omit<State, 'hashing' | 'counting'> = {
  rolled: {},
  rollouts: [],
  heldAt: undefined,
  released: undefined,
  waiting: undefined,
}

/** Where a waiting rollout stands in time; a state may have been written by a clock that was ahead. */
const momentOf = ({ nowMs, seen }: Situation, state: State, digest: string): Moment => {
  const { firstMs, lastMs } = seen(digest)
  return {
    nowMs,
    firstMs: Math.min(nowMs, firstMs, state.waiting?.since ?? nowMs),
    lastMs: Math.min(nowMs, lastMs),
  }
}

const waiting = (
  passage: Extract<Passage, { go: false }>,
  state: State,
  context: {
    readonly policy: Policy
    readonly stamp: Stamp
    readonly firstMs: number
    readonly text: string | undefined
  },
): Plan => {
  const { for: reason, untilMs, heldAt } = passage
  const { policy, stamp, firstMs, text } = context
  const isKept = isRemembered(reason, policy)
  const digest = reason === 'approval' ? { digest: stamp.digest } : {}
  const next: State = {
    ...state,
    heldAt,
    ...(isKept && { waiting: { for: reason, since: firstMs, ...digest } }),
  }
  return { do: 'wait', for: reason, untilMs, stamp, state: changed(next, text) }
}

/**
 * What to do about one workload now, given the ConfigMaps and Secrets of its namespace. Pure: asked again whenever
 * anything changes, so a change that is superseded leaves nothing behind, and the latest one wins.
 */
export const planOf = (
  subject: Subject,
  presence: Presence,
  situation: Situation,
  rules: PlanRules,
): Plan => {
  const text = subject.annotations[stateName]
  const known = readState(situation.isOutdated ? undefined : text) ?? readState(situation.remembered)
  const counting = countingOf(subject)
  // Hashes of another kind cannot be compared: what there is, is adopted.
  const baseline = known?.hashing === rules.hashing ? known.rolled : {}
  const { reported, nowMs } = situation
  const { hashes, containers } = candidatesOf(subject, presence, { baseline, reported }, rules)
  if (!known && Object.keys(hashes).length === 0) return { do: 'nothing' }
  const { onCreate, onDelete } = rules
  const sameKeys = known === undefined || known.counting === counting
  const comparison = compare(baseline, hashes, { onCreate, onDelete, sameKeys })
  const reading = readPolicy(subject, rules.names, rules.defaults)
  const release = reading.ok ? reading.policy.release : undefined
  const state: State = {
    ...(known ?? empty),
    hashing: rules.hashing,
    counting,
    rolled: comparison.adopted,
    ...(known?.heldAt === undefined && { released: release }),
  }
  if (comparison.differences.length === 0) {
    const next = changed({ ...state, waiting: undefined }, text)
    return next ? { do: 'adopt', state: next } : { do: 'nothing' }
  }
  const stamp = stampOf(comparison, containers, subject.templateAnnotations[stampName])
  const moment = momentOf(situation, state, stamp.digest)
  if (!reading.ok) {
    const { annotation, hint } = reading
    const next = changed(state, text)
    return {
      do: 'wait',
      for: 'annotation',
      untilMs: undefined,
      stamp,
      state: next,
      complaint: { annotation, hint },
    }
  }
  const { policy } = reading
  const isTurnTaken = policy.turn !== undefined && situation.isTurnTaken(policy.turn)
  const passage = passGates(policy, state, { ...moment, digest: stamp.digest, isTurnTaken })
  if (!passage.go) return waiting(passage, state, { policy, stamp, firstMs: moment.firstMs, text })
  const { heldAt, clear } = passage
  const history = Math.max(policy.breaker?.max ?? 0, policy.rate?.max ?? 0)
  const next: State = {
    ...state,
    rolled: comparison.rolled,
    rollouts: clear ? [nowMs] : withRollout(state.rollouts, nowMs, history),
    heldAt,
    ...(heldAt === undefined && { released: policy.release }),
    waiting: undefined,
  }
  return { do: 'roll', stamp, state: next, turn: policy.turn }
}
