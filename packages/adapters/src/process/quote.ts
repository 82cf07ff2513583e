import { type ReactionContext, type Snapshot, systemClock } from '@hotmount/core'
import { redactValues } from './redact.js'

/** How long a revision that is published now may take to be noticed, in milliseconds: a ring takes 1 to 5. */
const noticeMs = 100

/**
 * Another source of values that a command may quote: those of keys that a mount leaves out. `unknown` when they could
 * not be read: then no output is shown at all.
 */
export type OtherValues = () => readonly Snapshot[] | 'unknown'

const others = new Set<OtherValues>()

/** Has these values taken out of every output as well, in this whole process, until the returned function is called. */
export const hideAlso = (values: OtherValues): (() => void) => {
  others.add(values)
  return () => void others.delete(values)
}

const withheld = ' (its output is withheld: it may quote what is not known here)'

/**
 * What may be shown of an output, as the end of a sentence. It is withheld when what is mounted has moved on: it may
 * quote a revision between that nobody has read here.
 */
export const quote = (
  output: string,
  snapshot: Snapshot,
  { change, latest }: Pick<ReactionContext, 'change' | 'latest'>,
): string => {
  if (output.trim() === '') return ''
  const known = [snapshot, change.snapshot, change.previous]
  const more = [...others].map((values) => values())
  if (!known.includes(latest()) || more.includes('unknown')) return withheld
  const said = redactValues(output, ...known, ...more.flatMap((each) => (each === 'unknown' ? [] : each)))
  return said === '' ? '' : `: ${said}`
}

/** The same for a command that has just ended: waits until what it may have read has been noticed here too. */
export const quoteEnded = async (
  output: string,
  snapshot: Snapshot,
  context: Pick<ReactionContext, 'change' | 'latest' | 'signal'>,
): Promise<string> => {
  if (output.trim() === '') return ''
  // The system's clock also where the loop has another: it is the kernel that we wait for.
  await systemClock.sleep(noticeMs, context.signal)
  return quote(output, snapshot, context)
}
