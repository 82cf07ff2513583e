import type { ReactionContext, Snapshot } from '@hotmount/core'
import { redactValues } from './redact.js'

/**
 * Another source of values that a command may quote: those of keys that a mount leaves out. `unknown` when they could
 * not be read: then no output is shown at all.
 */
export type OtherValues = () => Promise<readonly Snapshot[] | 'unknown'>

const others = new Set<OtherValues>()

/** Has these values taken out of every output as well, in this whole process, until the returned function is called. */
export const hideAlso = (values: OtherValues): (() => void) => {
  others.add(values)
  return () => void others.delete(values)
}

/** Looks, so that `latest` is not behind what was read: a mount may be polled once an hour. */
const hasLooked = async (resync: ReactionContext['resync']): Promise<boolean> => {
  try {
    await resync()
    return true
  } catch {
    return false
  }
}

/** A try, as far as it says what is known of the mount. */
type Known = Pick<ReactionContext, 'change' | 'latest' | 'resync'>

/**
 * All that what has ended, a command or an answer, may quote. Undefined when what is mounted has moved on, or cannot be
 * looked at: then it may quote a revision between that nobody has read here.
 */
export const quotable = async (
  snapshot: Snapshot,
  { change, latest, resync }: Known,
): Promise<readonly Snapshot[] | undefined> => {
  const isFresh = await hasLooked(resync)
  const known = [snapshot, change.snapshot, change.previous]
  const more = await Promise.all([...others].map((values) => values()))
  if (!isFresh || !known.includes(latest()) || more.includes('unknown')) return undefined
  return [...known, ...more.flatMap((each) => (each === 'unknown' ? [] : each))]
}

/**
 * What may be shown of what has ended, a command or an answer, as the end of a sentence. It is withheld when
 * it may quote what is not known here.
 */
export const quoteEnded = async (output: string, snapshot: Snapshot, context: Known): Promise<string> => {
  if (output.trim() === '') return ''
  const known = await quotable(snapshot, context)
  if (!known) return ' (its output is withheld: it may quote what is not known here)'
  const said = redactValues(output, ...known)
  return said === '' ? '' : `: ${said}`
}
