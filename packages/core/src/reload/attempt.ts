import type { Clock } from '../base/clock.js'
import type { InvalidConfigError, ReactionCode, Stage } from '../base/errors.js'
import { ReactionError } from '../base/errors.js'
import { within } from '../base/within.js'
import { type Change, diff, fromNothing } from '../mount/change.js'
import type { Snapshot } from '../mount/snapshot.js'
import type { InFlight } from './in-flight.js'
import type { AnyReaction, ReactionContext } from './reaction.js'
import type { StageTimes } from './report.js'
import { runStage, stageCodes } from './stage.js'

/** One try to bring one revision into effect. */
export interface Attempt {
  readonly reaction: AnyReaction
  readonly change: Change
  /** The last revision that was verified: what a rollback goes back to. */
  readonly good: Snapshot | undefined
  readonly number: number
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  /** What is mounted now. When it is newer than what was checked, that is not applied any more. */
  readonly latest: () => Snapshot
  /** Looks at the mount now. */
  readonly resync: () => Promise<Snapshot>
  /** The work under way; awaited before anything new starts. */
  readonly inFlight: InFlight
  /** Filled in by the attempt. */
  readonly times: Times
}

/** Milliseconds by stage, of this attempt. */
export type Times = { -readonly [Name in keyof StageTimes]: StageTimes[Name] }

/** What became of it. */
export type Outcome =
  | { readonly outcome: 'applied'; readonly evidence?: string }
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'rejected'; readonly error: InvalidConfigError | ReactionError }
  | { readonly outcome: 'failed'; readonly stage: 'apply' | 'verify'; readonly error: ReactionError }
  | {
      readonly outcome: 'rolledBack'
      readonly stage: 'apply' | 'verify'
      readonly to: Snapshot
      readonly error: ReactionError
    }

type Step<T> = (context: ReactionContext) => Promise<T> | T

const isThere = (reaction: AnyReaction, stage: Stage): boolean =>
  stage === 'apply' || reaction[stage] !== undefined

const runStep = async <T>(
  attempt: Attempt,
  change: Change,
  stage: Stage,
  code: ReactionCode,
  step: Step<T>,
) => {
  const { reaction, timeoutMs, clock, signal, inFlight, number, latest, resync, times } = attempt
  // A stage that ignored its abort is still at work: never two at once.
  await within(inFlight.work, { clock, ms: undefined, signal })
  signal.throwIfAborted()
  const started = clock.now()
  const result = await runStage<T>({
    reaction: reaction.name,
    revision: change.snapshot.revision,
    stage,
    code,
    timeoutMs,
    clock,
    signal,
    work: (stageSignal) =>
      step({ signal: stageSignal, attempt: number, timeoutMs, clock, change, latest, resync }),
    track: (work) => inFlight.begin(work),
  })
  const now = clock.now()
  if (!result.ok && result.error.code === 'TIMED_OUT') inFlight.isOver(now)
  const name = code === 'ROLLBACK_FAILED' ? 'rollback' : stage
  if (isThere(reaction, stage)) times[name] = (times[name] ?? 0) + now - started
  return result
}

/** Puts the last good revision back and proves it. An error when that failed too, or was declined. */
const rollBack = async (
  attempt: Attempt,
  good: Snapshot,
  failure: ReactionError,
): Promise<ReactionError | undefined> => {
  const { reaction, change } = attempt
  const touched = new Set([...change.added, ...change.changed, ...change.removed])
  const back = diff(change.snapshot, good, touched) ?? fromNothing(good)
  const receipt = await runStep(attempt, back, 'apply', 'ROLLBACK_FAILED', (context) =>
    reaction.rollback?.(good, context),
  )
  const proven = receipt.ok
    ? await runStep(attempt, back, 'verify', 'ROLLBACK_FAILED', (context) =>
        reaction.verify?.(receipt.value, context),
      )
    : receipt
  if (proven.ok) return undefined
  // Thrown again as it is: there is nothing to go back from, and the cause must not be hidden.
  if (proven.error === failure) return failure
  const where = {
    reaction: reaction.name,
    stage: proven.error instanceof ReactionError ? proven.error.stage : 'apply',
  }
  const message = `${reaction.name}: going back to ${good.revision} failed: ${proven.error.message}`
  return new ReactionError('ROLLBACK_FAILED', { ...where, revision: change.snapshot.revision }, message, {
    hint: proven.error.hint,
    retryable: true,
    origin: proven.error,
  })
}

/** Whether what was aborted has really ended: else nothing more is started, and the failure is told now. */
const hasEnded = async ({ inFlight, clock, timeoutMs, signal }: Attempt): Promise<boolean> => {
  const waited = await within(inFlight.work, { clock, ms: timeoutMs, signal })
  return waited.ended === 'work'
}

/** Check, apply, verify; and back again when that is possible and needed. Rejects only when the loop is closed. */
export const runAttempt = async (attempt: Attempt): Promise<Outcome> => {
  const { reaction, change, good } = attempt
  const run = <T>(stage: Stage, step: Step<T>) => runStep(attempt, change, stage, stageCodes[stage], step)

  const checked = await run('check', (context) => reaction.check?.(change.snapshot, context))
  if (!checked.ok) return { outcome: 'rejected', error: checked.error }
  if (attempt.latest() !== change.snapshot) return { outcome: 'superseded' }

  const applied = await run('apply', (context): unknown => reaction.apply(change, context))
  const stage = applied.ok ? 'verify' : 'apply'
  const verified = applied.ok
    ? await run('verify', (context) => reaction.verify?.(applied.value, context))
    : applied
  if (verified.ok) {
    const evidence = verified.value
    return { outcome: 'applied', ...(typeof evidence === 'string' && { evidence }) }
  }
  // runStage lets only a check pass an InvalidConfigError through.
  if (!(verified.error instanceof ReactionError)) throw verified.error
  const { error } = verified
  const canGoBack = reaction.rollback && good && (await hasEnded(attempt))
  if (!canGoBack) return { outcome: 'failed', stage, error }
  const trouble = await rollBack(attempt, good, error)
  return trouble
    ? { outcome: 'failed', stage, error: trouble }
    : { outcome: 'rolledBack', stage, to: good, error }
}
