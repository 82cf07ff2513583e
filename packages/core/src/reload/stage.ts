import type { Clock } from '../base/clock.js'
import {
  HotmountError,
  InvalidConfigError,
  type ReactionCode,
  ReactionError,
  type Stage,
} from '../base/errors.js'
import { describeThrown, reasonOf } from '../base/thrown.js'
import { within } from '../base/within.js'

/** One stage of one reaction, to be run within a time. */
export interface StageRun<T> {
  readonly reaction: string
  readonly revision: string
  readonly stage: Stage
  /** What a failure means: that of the stage, or ROLLBACK_FAILED. */
  readonly code: ReactionCode
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly work: (signal: AbortSignal) => Promise<T> | T
  /** Told of the work itself: it may go on after its time, and nothing else may start before it ends. */
  readonly track: (work: Promise<unknown>) => void
}

/** The codes of a failure in each stage. */
export const stageCodes: Readonly<Record<Stage, ReactionCode>> = {
  check: 'CHECK_FAILED',
  apply: 'APPLY_FAILED',
  verify: 'VERIFY_FAILED',
}

/** Whatever a stage threw as an error of ours; a stranger's message is withheld, as it may quote a value. */
const explain = (run: StageRun<unknown>, thrown: unknown): ReactionError | InvalidConfigError => {
  if (thrown instanceof ReactionError) return thrown
  if (thrown instanceof InvalidConfigError && run.stage === 'check') return thrown
  const said = thrown instanceof HotmountError ? thrown.message : `threw ${describeThrown(thrown)}`
  return new ReactionError(run.code, run, `${run.reaction}: ${run.stage} of ${run.revision}: ${said}`, {
    hint:
      thrown instanceof HotmountError
        ? thrown.hint
        : 'what was thrown is in error.origin; it may quote a config value',
    retryable: thrown instanceof HotmountError ? thrown.retryable : run.stage !== 'check',
    origin: thrown,
  })
}

const timedOut = (run: StageRun<unknown>): ReactionError =>
  new ReactionError(
    'TIMED_OUT',
    run,
    `${run.reaction}: ${run.stage} of ${run.revision} took longer than ${run.timeoutMs} ms`,
    { hint: 'raise `timeout`, or find out what the target waits for', retryable: true },
  )

/** How a stage ended. */
export type StageResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ReactionError | InvalidConfigError }

/** Runs one stage. Rejects only when the loop is closed, with the reason of its signal. */
export const runStage = async <T>(run: StageRun<T>): Promise<StageResult<T>> => {
  run.signal.throwIfAborted()
  const stop = new AbortController()
  const forward = (): void => stop.abort(run.signal.reason)
  run.signal.addEventListener('abort', forward, { once: true })
  // The work may be synchronous and throw: inside the promise, so that there is one way out.
  const work = (async () => run.work(stop.signal))()
  run.track(work.catch(() => undefined))
  try {
    const waited = await within(work, { clock: run.clock, ms: run.timeoutMs, signal: run.signal })
    if (waited.ended === 'work') return { ok: true, value: waited.value }
    run.signal.throwIfAborted()
    const error = timedOut(run)
    stop.abort(error)
    return { ok: false, error }
  } catch (thrown) {
    if (run.signal.aborted) throw reasonOf(run.signal)
    return { ok: false, error: explain(run, thrown) }
  } finally {
    run.signal.removeEventListener('abort', forward)
  }
}
