import type { InvalidConfigError, ReactionError } from '../base/errors.js'

/** What every report says. */
export interface ReportBase {
  /** Name of the reaction. */
  readonly reaction: string
  readonly revision: string
  readonly digest: string
  readonly attempt: number
  /** Of the whole attempt, from its check to its end. */
  readonly durationMs: number
  /** Of each stage that was run, in milliseconds. A chain proves all members but the last in `apply`. */
  readonly stages: StageTimes
}

/** How long each stage took, in milliseconds. `rollback`: putting back and proving. Absent: not run. */
export interface StageTimes {
  readonly check?: number
  readonly apply?: number
  readonly verify?: number
  readonly rollback?: number
}

/**
 * What became of one attempt.
 *
 * @example
 * reloader.on('report', (report) => { if (report.outcome === 'rejected') log.error(report.error.message) })
 */
export type Report =
  | (ReportBase & { readonly outcome: 'applied'; readonly evidence?: string })
  | (ReportBase & {
      readonly outcome: 'skipped'
      readonly reason: 'gate' | 'unchanged' | 'superseded' | 'breaker'
    })
  | (ReportBase & {
      readonly outcome: 'rejected'
      readonly stage: 'check'
      readonly error: InvalidConfigError | ReactionError
      readonly retryInMs?: number
    })
  | (ReportBase & {
      readonly outcome: 'failed'
      readonly stage: 'apply' | 'verify'
      readonly error: ReactionError
      readonly retryInMs?: number
    })
  | (ReportBase & {
      readonly outcome: 'rolledBack'
      readonly to: string
      readonly error: ReactionError
      readonly retryInMs?: number
    })

/** Where a reaction stands. */
export interface Status {
  /** Name of the reaction. */
  readonly reaction: string
  /**
   * - `inSync`: what is mounted is applied and verified
   * - `pending`: a new revision waits (gate, splay, cooldown)
   * - `running`: check, apply or verify is under way
   * - `rejected`: the check refused; what runs is still good
   * - `dirty`: apply or verify failed; what runs is in doubt
   * - `held`: the breaker holds a flapping mount
   */
  readonly state: 'inSync' | 'pending' | 'running' | 'rejected' | 'dirty' | 'held'
  /** Revision that is mounted. */
  readonly desired: string
  readonly desiredDigest: string
  /** Revision that was last applied and verified. */
  readonly applied: string | undefined
  readonly appliedDigest: string | undefined
  readonly appliedGeneration: number | undefined
  /** Since when what is mounted has not been what is applied and verified; undefined while it is. */
  readonly outOfSyncSince: Date | undefined
  /** Since when it is unknown what runs, also while that is tried again: an apply or verify failed, and nothing was proven since. */
  readonly inDoubtSince: Date | undefined
  /** Since when a stage that was told to end has not ended: until it does, nothing new is started. */
  readonly blockedSince: Date | undefined
  readonly lastReport: Report | undefined
}
