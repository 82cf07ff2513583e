/** How much of a digest is kept where many are kept. */
const kept = 16
const mostMarks = 16

/** One digest that a workload was rolled to, and when. */
export interface Mark {
  /** The beginning of the digest. */
  readonly digest: string
  /** Milliseconds since 1970, on the clock of whoever wrote it. */
  readonly at: number
}

/** Reads a history, oldest first. What is not understood is left out: a person may have edited it. */
export const readHistory = (text: string | undefined): readonly Mark[] =>
  (text ?? '').split(' ').flatMap((entry) => {
    const [digest = '', time = ''] = entry.split('@')
    const at = Date.parse(time)
    return digest === '' || Number.isNaN(at) ? [] : [{ digest, at }]
  })

/** The history with one more mark, the oldest dropped. */
export const writeHistory = (history: readonly Mark[], digest: string, now: number): string =>
  [...history, { digest: digest.slice(0, kept), at: now }]
    .slice(-mostMarks)
    .map((mark) => `${mark.digest}@${new Date(mark.at).toISOString().replace(/\.\d+Z$/, 'Z')}`)
    .join(' ')

/** What a workload says about its digests. */
export interface Standing {
  /** What its pods are made for. */
  readonly current: string | undefined
  readonly history: readonly Mark[]
  /** A digest that was taken back because its rollout failed. */
  readonly rejected: string | undefined
}

/** What is to be done about a digest. */
export type Decision =
  | 'write'
  /** Another replica was faster. */
  | 'there'
  /** Others have gone somewhere else from what we come from: to something newer, or we are the ones who know of it. */
  | 'wait'
  /** It was tried, and taken back. */
  | 'rejected'

/**
 * What a replica does that has `previous` applied and wants `next`. Replicas see a change up to a minute apart, and
 * digests have no order: who is ahead shows only when the mounts of all of them have caught up.
 */
export const decide = ({ current, rejected }: Standing, previous: string, next: string): Decision => {
  if (current === next) return 'there'
  if (rejected === next) return 'rejected'
  // Ours is what the pods are made for: nobody is ahead of us.
  return current === undefined || current === previous ? 'write' : 'wait'
}

/** How many rollouts began within the last `withinMs`. */
export const recent = (history: readonly Mark[], withinMs: number, now: number): number =>
  history.filter(({ at }) => at > now - withinMs).length
