import { type KeyHashes, property, sortedEntries, stringsOf } from './hashes.js'
import type { History } from './pace.js'

/** Why a rollout waits. */
export type WaitReason =
  | 'annotation'
  | 'coalesce'
  | 'pause'
  | 'breaker'
  | 'approval'
  | 'window'
  | 'rate'
  | 'turn'
  | 'retry'

/** What a workload was last rolled for, by resource; null: that resource did not exist. */
export type Baseline = Readonly<Record<string, KeyHashes | null>>

/** What the controller remembers of a workload, on that workload itself: a restart forgets nothing. */
export interface State {
  /** The hashing that the baseline was made with. */
  readonly hashing: string
  /** Which keys counted. */
  readonly counting: string
  readonly rolled: Baseline
  readonly rollouts: History
  /** Since when too many rollouts hold it; undefined: they do not. */
  readonly heldAt: number | undefined
  /** What a person wrote to release it, the last time. */
  readonly released: string | undefined
  /** What waits, since when, and for what. */
  readonly waiting: Waiting | undefined
}

/** A rollout that waits. */
export interface Waiting {
  readonly for: WaitReason
  readonly since: number
  /** What a person is to approve. */
  readonly digest?: string
}

const timeOf = (value: unknown): number | undefined => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
const shown = (at: number): string => new Date(at).toISOString()

const waitingOf = (value: unknown): Waiting | undefined => {
  const { for: reason, digest } = stringsOf(value)
  const since = timeOf(property(value, 'since'))
  if (reason === undefined || since === undefined) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only shown and compared, never acted upon
  return { for: reason as WaitReason, since, ...(digest !== undefined && { digest }) }
}

const rolledOf = (value: unknown): Baseline =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([id, hashes]) => [
      id,
      hashes === null ? null : stringsOf(hashes),
    ]),
  )

/** Reads the state of a workload; undefined where there is none, or none that can be read. */
export const readState = (text: string | undefined): State | undefined => {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { v: hashing, counting = '', released } = stringsOf(value)
  const rolled = property(value, 'rolled')
  if (hashing === undefined || typeof rolled !== 'object' || rolled === null) return undefined
  const rollouts = property(value, 'rollouts')
  return {
    hashing,
    counting,
    rolled: rolledOf(rolled),
    rollouts: (Array.isArray(rollouts) ? rollouts : [])
      .flatMap((each) => timeOf(each) ?? [])
      .toSorted((a, b) => a - b),
    heldAt: timeOf(property(value, 'held')),
    released,
    waiting: waitingOf(property(value, 'waiting')),
  }
}

/** The text of a state: equal states give equal texts. */
export const writeState = ({
  hashing,
  counting,
  rolled,
  rollouts,
  heldAt,
  released,
  waiting,
}: State): string =>
  JSON.stringify({
    v: hashing,
    ...(counting !== '' && { counting }),
    rolled: Object.fromEntries(
      sortedEntries(rolled).map(([id, hashes]) => [id, hashes && Object.fromEntries(sortedEntries(hashes))]),
    ),
    ...(rollouts.length > 0 && { rollouts: rollouts.map(shown) }),
    ...(heldAt !== undefined && { held: shown(heldAt) }),
    ...(released !== undefined && { released }),
    ...(waiting && { waiting: { ...waiting, since: shown(waiting.since) } }),
  })
