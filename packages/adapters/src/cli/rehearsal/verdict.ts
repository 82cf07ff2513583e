import { type Change, HotmountError, systemClock } from '@hotmount/core'
import type { AnyReaction } from '@hotmount/core'
import { complaintOf } from '../complaint.js'
import { exitCodes } from '../exit-codes.js'
import type { Judges } from './moved.js'

/** What would become of one reaction. */
export interface Verdict {
  readonly reaction: string
  /** `skipped`: no key of it changes; `unchecked`: it has no check; `undecided`: its check cannot be asked. */
  readonly outcome: 'skipped' | 'accepted' | 'unchecked' | 'undecided' | 'refused'
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string | undefined }
}

/** Asks the check of a reaction about a change. */
export const verdictOn = async (
  reaction: AnyReaction,
  change: Change | undefined,
  subject: Judges,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Verdict> => {
  const { name } = reaction
  if (!change || reaction.wants?.(change) === false) return { reaction: name, outcome: 'skipped' }
  if (subject === 'mounted') return { reaction: name, outcome: 'undecided' }
  if (!reaction.check) return { reaction: name, outcome: 'unchecked' }
  const { snapshot } = change
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    await reaction.check(snapshot, {
      signal: limit,
      attempt: 1,
      timeoutMs,
      clock: systemClock,
      change,
      latest: () => snapshot,
      resync: async () => snapshot,
    })
    return { reaction: name, outcome: subject === 'nothing' ? 'unchecked' : 'accepted' }
  } catch (thrown) {
    signal.throwIfAborted()
    if (!(thrown instanceof HotmountError) && !limit.aborted) throw thrown
    const error =
      thrown instanceof HotmountError
        ? complaintOf(thrown)
        : { code: 'TIMED_OUT', message: `its check took longer than ${timeoutMs} ms`, hint: undefined }
    return { reaction: name, outcome: 'refused', error }
  }
}

/** The exit code that all verdicts together amount to. */
export const codeOf = (verdicts: readonly Verdict[]): number => {
  if (verdicts.some(({ outcome }) => outcome === 'refused')) return exitCodes.rejected
  return verdicts.some(({ outcome }) => outcome === 'undecided') ? exitCodes.undecided : exitCodes.ok
}
