import type { InvalidConfigError, ReactionError } from '../base/errors.js'

interface ReportBase {
  /** Name of the reaction. */
  readonly reaction: string
  readonly revision: string
  readonly digest: string
  readonly attempt: number
  readonly durationMs: number
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
  /** Revision that was last applied and verified. */
  readonly applied: string | undefined
  readonly lastReport: Report | undefined
}
