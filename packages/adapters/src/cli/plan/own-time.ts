import { type AnyReaction, ReactionError, type ReactionContext, type Stage } from '@hotmount/core'

/** Runs one stage whose signal aborts after a time of its own. One that ignores it has until the loop's is over. */
const limited = async <T>(
  { name }: AnyReaction,
  stage: Stage,
  timeoutMs: number,
  context: ReactionContext,
  work: (context: ReactionContext) => T | Promise<T>,
): Promise<T> => {
  const [over, done] = [new AbortController(), new AbortController()]
  const { revision } = context.change.snapshot
  const error = new ReactionError(
    'TIMED_OUT',
    { reaction: name, stage, revision },
    `${name}: ${stage} of ${revision} took longer than ${timeoutMs} ms`,
    { hint: 'raise `timeout`, or find out what the target waits for', retryable: true },
  )
  context.clock.sleep(timeoutMs, done.signal).then(
    () => over.abort(error),
    () => undefined,
  )
  try {
    return await work({ ...context, timeoutMs, signal: AbortSignal.any([context.signal, over.signal]) })
  } catch (thrown) {
    throw over.signal.aborted && !context.signal.aborted ? error : thrown
  } finally {
    done.abort()
  }
}

/** A reaction whose stages have this much time each, within a loop that gives more: for waiting before them. */
export const inOwnTime = (reaction: AnyReaction, timeoutMs: number): AnyReaction => ({
  ...reaction,
  ...(reaction.check && {
    check: (snapshot, context) =>
      limited(reaction, 'check', timeoutMs, context, (own) => reaction.check?.(snapshot, own)),
  }),
  apply: (change, context) =>
    limited(reaction, 'apply', timeoutMs, context, (own): unknown => reaction.apply(change, own)),
  ...(reaction.verify && {
    verify: (receipt: unknown, context: ReactionContext) =>
      limited(reaction, 'verify', timeoutMs, context, (own) => reaction.verify?.(receipt, own)),
  }),
  ...(reaction.rollback && {
    rollback: (good, context) =>
      limited(reaction, 'apply', timeoutMs, context, (own): unknown => reaction.rollback?.(good, own)),
  }),
})
