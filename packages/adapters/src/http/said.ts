import { redactValues, type Values } from '../process/redact.js'

/** Characters shown of what a server said. */
const mostChars = 300
/** Characters looked at: redactValues would keep the end of more, and servers begin with what matters. */
const mostRead = 1500
const placeholder = '[redacted]'

/** What must not be shown of an answer: everything that it could only know from us. */
export interface Secrets {
  readonly snapshots: readonly Values[]
  /** Tokens and the like. */
  readonly texts: readonly string[]
  /** A body that was made from values in a way that we do not know. */
  readonly derived: string | undefined
}

/** Shown instead of an answer that may quote a revision that nobody has read here: a server reads what is mounted, too. */
export const answerWithheld: string = 'its answer is withheld: it may quote what is not known here'

/** Texts of fewer characters are hidden only where they are words: without every 'a', no message would be left. */
const shortest = 4

const without = (text: string, piece: string): string => {
  if (piece.length >= shortest) return text.replaceAll(piece, placeholder)
  const literal = piece.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return text.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'gu'), placeholder)
}

/** Words that are worth hiding; shorter ones would leave no message. */
export const wordsOf = (text: string): readonly string[] => text.match(/[^\s"'`,;:{}[\]()<>=\\]{6,}/g) ?? []

/**
 * The beginning of what a server said about a failure, on one line, without values, tokens and control characters.
 * Empty when that leaves nothing.
 */
export const said = (body: Buffer, { snapshots, texts, derived }: Secrets): string => {
  const whole = body.toString('utf8')
  // A value that is cut in two could not be recognised.
  let text = whole.length <= mostRead ? whole : whole.slice(0, mostRead).replace(/\S*$/, '')
  const pieces = [...texts, ...wordsOf(derived ?? '')].filter((piece) => piece !== '')
  for (const piece of pieces.toSorted((a, b) => b.length - a.length)) text = without(text, piece)
  const shown = redactValues(text, ...snapshots)
    // oxlint-disable-next-line no-control-regex -- they would move the cursor of whoever reads the log
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ')
    .trim()
  return shown.length <= mostChars ? shown : `${shown.slice(0, mostChars - 1)}…`
}
