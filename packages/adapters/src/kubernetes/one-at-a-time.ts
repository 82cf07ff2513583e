import {
  type AnyReaction,
  type BareReaction,
  type Change,
  type Reaction,
  ReactionError,
  type ReactionContext,
  type ReactionLike,
  type Snapshot,
  type Stage,
  systemClock,
} from '@hotmount/core'
import { Baton } from './baton.js'
import { type BatonOptions, batonSettings } from './baton-options.js'
import type { Runner } from './turn.js'

/** A reaction that waits for its turn. Disposed of once its loop is closed, it gives back at once what it still has. */
export interface InTurn extends Reaction, AsyncDisposable {}

const untouched = Symbol('nothing was applied')

/** What runs has no config to lose yet, and pods that start must not wait for each other. */
const isFirst = ({ change }: ReactionContext): boolean => change.previous.generation === 0

/** Whether it is over because of our end: that says nothing about the config. */
const isClosed = ({ signal }: ReactionContext): boolean =>
  signal.aborted && !(signal.reason instanceof ReactionError && signal.reason.code === 'TIMED_OUT')

const codeOf = (thrown: unknown, stage: Stage): string =>
  thrown instanceof ReactionError ? thrown.code : stage === 'apply' ? 'APPLY_FAILED' : 'VERIFY_FAILED'

/**
 * Lets replicas react one after another: each waits for a Lease, and has it until its verify is over. The first to
 * apply a config is the canary. When a replica fails, the others do not try that config: they report who failed, and go
 * on with what they run until there is another config, that replica succeeds, or a person removes the annotation
 * `hotmount.dev/tried` of the Lease. While no API server answers, the old config goes on. Needs `get`, `create`
 * and `update` on leases.
 *
 * @throws UsageError BAD_OPTION
 * @example
 * await using inTurn = oneAtATime(nginx(), { lease: 'shop-config' })
 * await using loop = reload(mount, inTurn, { timeout: '2m' })
 */
export function oneAtATime(reaction: BareReaction, options: BatonOptions): InTurn
// Functions have a `name` and an `apply` too: without an overload of its own, an inline object's would be untyped.
export function oneAtATime(reaction: AnyReaction, options: BatonOptions): InTurn
export function oneAtATime(reaction: ReactionLike, options: BatonOptions): InTurn
export function oneAtATime(reaction: ReactionLike, options: BatonOptions): InTurn {
  const inner: Reaction =
    typeof reaction === 'function' ? { name: reaction.name || 'reaction', apply: reaction } : reaction
  const { name } = inner
  const baton = new Baton(batonSettings(options))
  let isGoingBack = false
  /** The baton did not come, so that there is nothing to go back from. */
  let isUntouched = false
  /** Good ones, since which it was told of another, maybe in an earlier try: what was proven here may be of no use. */
  const begunSince = new WeakSet<Snapshot>()

  const runner = (stage: Stage, context: ReactionContext, isPast: () => boolean): Runner => {
    const { revision, digest } = context.change.snapshot
    return { reaction: name, stage, revision, digest, context, isPast }
  }

  /** Runs a stage that ends with the baton. */
  const withBaton = async <T>(
    stage: Stage,
    context: ReactionContext,
    work: (context: ReactionContext) => T | Promise<T>,
  ): Promise<T> => {
    baton.busy()
    const lost = baton.held?.signal
    const { signal } = context
    // A stage that ignores its end: the others are told now, not when it ends at last.
    let noted: Promise<void> | undefined
    const fail = (code: string): Promise<void> | undefined => {
      if (!isGoingBack && !isClosed(context)) noted ??= baton.failed(context.change.snapshot.digest, code)
      return noted
    }
    const onEnd = (): void => void fail('TIMED_OUT')
    signal.addEventListener('abort', onEnd, { once: true })
    try {
      return await work({ ...context, signal: lost ? AbortSignal.any([signal, lost]) : signal })
    } catch (thrown) {
      if (lost?.aborted === true && !signal.aborted)
        throw new ReactionError(
          stage === 'apply' ? 'APPLY_FAILED' : 'VERIFY_FAILED',
          { reaction: name, stage, revision: context.change.snapshot.revision },
          `${name}: ended, as another replica may go on: the Lease ${options.lease} could not be renewed`,
          {
            hint: 'is the API server away, or has somebody taken the Lease?',
            retryable: true,
            origin: thrown,
          },
        )
      await fail(codeOf(thrown, stage))
      throw thrown
    } finally {
      signal.removeEventListener('abort', onEnd)
    }
  }

  /** Another stage follows at once, but not where the loop was closed. */
  const handOn = async (context: ReactionContext): Promise<void> => {
    if (isClosed(context)) await baton.giveBack(context.clock)
    else baton.rest(context)
  }

  /** After a failure: whoever can go back does so before the next one may begin. */
  const endFailed = async (context: ReactionContext): Promise<void> => {
    if (inner.rollback && !isGoingBack) await handOn(context)
    else await baton.giveBack(context.clock)
  }

  const apply = async (change: Change, context: ReactionContext): Promise<unknown> => {
    if (isFirst(context)) return inner.apply(change, context)
    isGoingBack = false
    isUntouched = !begunSince.has(change.previous)
    if (!baton.held) await baton.take(runner('apply', context, () => false))
    isUntouched = false
    begunSince.add(change.previous)
    try {
      const receipt = await withBaton('apply', context, (ours) => inner.apply(change, ours))
      await handOn(context)
      return receipt
    } catch (thrown) {
      await endFailed(context)
      throw thrown
    }
  }

  const verify = async (receipt: unknown, context: ReactionContext): Promise<string | void> => {
    if (isFirst(context)) return inner.verify?.(receipt, context)
    if (receipt === untouched) return 'nothing had been applied'
    try {
      const seen = await withBaton('verify', context, (ours) => inner.verify?.(receipt, ours))
      // Late, it proves nothing: the loop has given it up meanwhile.
      if (!context.signal.aborted) begunSince.delete(context.change.snapshot)
      const before = isGoingBack ? undefined : await baton.verified(context.change.snapshot.digest)
      await baton.giveBack(context.clock)
      if (before === undefined) return seen
      const turn =
        before === 0 ? 'the first of all replicas' : `after ${before} other${before === 1 ? '' : 's'}`
      return typeof seen === 'string' ? `${seen}; ${turn}` : turn
    } catch (thrown) {
      await endFailed(context)
      throw thrown
    }
  }

  return {
    name,
    ...(inner.wants && { wants: (change: Change) => inner.wants?.(change) ?? true }),
    check: async (snapshot, context) => {
      await inner.check?.(snapshot, context)
      if (isFirst(context)) return
      if (await baton.take(runner('check', context, () => context.latest() !== snapshot))) baton.rest(context)
    },
    apply,
    verify,
    [Symbol.asyncDispose]: () => baton.giveBack(systemClock),
    ...(inner.rollback && {
      // It does not wait: what runs is known to be bad.
      rollback: async (good, context) => {
        isGoingBack = true
        if (isUntouched) return untouched
        try {
          const receipt = await withBaton('apply', context, (ours) => inner.rollback?.(good, ours))
          await handOn(context)
          return receipt
        } catch (thrown) {
          await endFailed(context)
          throw thrown
        }
      },
    }),
  }
}
