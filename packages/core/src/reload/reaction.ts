import type { Clock } from '../base/clock.js'
import { UsageError } from '../base/errors.js'
import { warnOfFailure } from '../base/thrown.js'
import type { Change } from '../mount/change.js'
import type { Snapshot } from '../mount/snapshot.js'

/** What a reaction is told besides the content. */
export interface ReactionContext {
  /** Aborts when the stage runs out of time or the loop closes. Pass it on: the loop never runs two stages at once. */
  readonly signal: AbortSignal
  /** 1 for the first try of a revision, 2 for its first retry … */
  readonly attempt: number
  /** How long this stage may take, in milliseconds. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** The change being applied (during a rollback: the way back). */
  readonly change: Change
  /** What is mounted at this moment: it may be newer than `change.snapshot`. */
  latest(): Snapshot
  /** Looks at the mount now; resolves with what is mounted then. Rejects when it is closed or cannot be read. */
  resync(): Promise<Snapshot>
}

/**
 * Makes one running thing take new config. Stages run one after the other, each with a time-out.
 * A check that throws leaves things as they are; an apply or verify that throws leaves them in doubt.
 *
 * @example
 * const api: Reaction<void> = {
 *   name: 'feature flags',
 *   check: (snapshot) => { JSON.parse(snapshot.text('flags.json')) },
 *   apply: (change) => flags.replace(JSON.parse(change.snapshot.text('flags.json'))),
 * }
 */
export interface Reaction<Receipt = unknown> {
  readonly name: string
  /** Whether this change concerns the reaction at all. Default: always. Not asked while it is in doubt what runs. */
  wants?(change: Change): boolean
  /** Would this be accepted? Must have no side effects. */
  check?(snapshot: Snapshot, context: ReactionContext): Promise<void> | void
  /** Make it so. The receipt is handed to `verify`. */
  apply(change: Change, context: ReactionContext): Promise<Receipt> | Receipt
  /** Prove that it is so; a returned text becomes `report.evidence`. */
  verify?(receipt: Receipt, context: ReactionContext): Promise<string | void> | string | void
  /**
   * Back to the last revision that verified. Its receipt is verified like that of `apply`. Where nothing is to be taken
   * back, it throws the very error that `apply` or `verify` threw: then that one is reported, and tried again.
   */
  rollback?(good: Snapshot, context: ReactionContext): Promise<Receipt> | Receipt
}

/** A reaction whose receipt type nobody needs to know. */
// oxlint-disable-next-line typescript/no-explicit-any -- the receipt is opaque: only the reaction itself reads it
export type AnyReaction = Reaction<any>
/** A bare function that is a reaction with only an `apply`, named after itself. */
export type BareReaction = (change: Change, context: ReactionContext) => unknown
/** A reaction, or a bare function. */
export type ReactionLike = AnyReaction | BareReaction

/**
 * Declares a reaction so that the receipt of `apply` is typed in `verify`.
 *
 * @example
 * const reloadApp = defineReaction({
 *   name: 'app',
 *   apply: async () => (await fetch('http://127.0.0.1:8080/-/reload', { method: 'POST' })).status,
 *   verify: (status) => { if (status !== 200) throw new Error(`status ${status}`) },
 * })
 */
export const defineReaction = <Receipt>(reaction: Reaction<Receipt>): Reaction<Receipt> => reaction

/** A bare function as a reaction. @throws UsageError BAD_OPTION */
export const toReaction = (like: ReactionLike): AnyReaction => {
  if (typeof like === 'function') return { name: like.name || 'reaction', apply: like }
  const isObject = typeof like === 'object' && (like as unknown) !== null
  if (!isObject || typeof like.apply !== 'function' || typeof like.name !== 'string')
    throw new UsageError(
      'BAD_OPTION',
      'not a reaction: neither a function nor an object with name and apply',
      {
        hint: 'pass (change) => …, or { name, apply }, or an adapter such as nginx()',
      },
    )
  return like
}

/** Whether a change concerns a reaction. One whose `wants` throws is asked to apply: better once too often than never. */
export const wantsChange = (reaction: AnyReaction, change: Change): boolean => {
  try {
    return reaction.wants?.(change) ?? true
  } catch (thrown) {
    warnOfFailure(`'wants' of ${reaction.name}`, thrown)
    return true
  }
}
