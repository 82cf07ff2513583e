import { ReactionError, systemClock } from '@hotmount/core'

/** One try of a probe: what was seen when the answer is yes, and in words why it is no. */
export type Answer =
  | { readonly yes: true; readonly evidence: string }
  | { readonly yes: false; readonly why: string }

/** Settings of {@link until}. */
export interface Patience {
  readonly describe: string
  readonly withinMs: number
  readonly signal: AbortSignal
  /** How many yeses in a row it takes. Default 1. */
  readonly times?: number | undefined
  /** The longest that one try may take, in milliseconds. Default 5000. */
  readonly eachMs?: number
  readonly hint: string
}

/** Between two tries, in milliseconds: three yeses in a row span 150 ms. */
const pauseMs = 75
// Some servers let connections wait for a second while they reload.
const longestTryMs = 5000

/** A signal that aborts with `signal` or after `ms`, and leaves nothing behind when released. */
const limited = (signal: AbortSignal, ms: number): { signal: AbortSignal; release: () => void } => {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal.reason)
  const timer = setTimeout(() => controller.abort(new Error('no answer in time')), ms)
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    },
  }
}

/**
 * Asks until the answer was yes often enough in a row. `ask` must settle when its signal aborts.
 *
 * @throws ReactionError VERIFY_FAILED when time is up; the signal's reason when aborted
 */
export const until = async (
  { describe, withinMs, signal, times = 1, eachMs = longestTryMs, hint }: Patience,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<string> => {
  const end = systemClock.now() + withinMs
  let [yeses, why] = [0, 'it was never asked']
  for (;;) {
    signal.throwIfAborted()
    const limit = limited(signal, Math.max(1, Math.min(eachMs, end - systemClock.now())))
    const answer = await ask(limit.signal).finally(limit.release)
    signal.throwIfAborted()
    yeses = answer.yes ? yeses + 1 : 0
    if (answer.yes && yeses >= times) return answer.evidence
    if (!answer.yes) why = answer.why
    if (systemClock.now() + pauseMs >= end)
      throw new ReactionError(
        'VERIFY_FAILED',
        { reaction: describe, stage: 'verify', revision: '' },
        `${describe} did not hold within ${withinMs} ms: ${why}`,
        { hint, retryable: true },
      )
    await systemClock.sleep(pauseMs, signal)
  }
}
