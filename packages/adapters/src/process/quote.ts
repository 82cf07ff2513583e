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

const withheld = ' (its output is withheld: it may quote what is not known here)'

/** Looks, so that `latest` is not behind what was read: a mount may be polled once an hour. */
const hasLooked = async (resync: ReactionContext['resync']): Promise<boolean> => {
  try {
    await resync()
    return true
  } catch {
    return false
  }
}

/**
 * What may be shown of what has ended, a command or an answer, as the end of a sentence. It is withheld when what is
 * mounted has moved on, or cannot be looked at: it may quote a revision between that nobody has read here.
 */
export const quoteEnded = async (
  output: string,
  snapshot: Snapshot,
  { change, latest, resync }: Pick<ReactionContext, 'change' | 'latest' | 'resync'>,
): Promise<string> => {
  if (output.trim() === '') return ''
  const isFresh = await hasLooked(resync)
  const known = [snapshot, change.snapshot, change.previous]
  const more = await Promise.all([...others].map((values) => values()))
  if (!isFresh || !known.includes(latest()) || more.includes('unknown')) return withheld
  const said = redactValues(output, ...known, ...more.flatMap((each) => (each === 'unknown' ? [] : each)))
  return said === '' ? '' : `: ${said}`
}
