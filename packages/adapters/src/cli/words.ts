import { UsageError } from '@hotmount/core'

const blank = /\s/
const quoting: ReadonlySet<string> = new Set(["'", '"', '\\'])
const plain = /^[\w@%+=:,./-]+$/

const unfinished = (flag: string, what: string): UsageError =>
  new UsageError('BAD_OPTION', `${flag}: ${what}`, {
    hint: `write the command as in a shell, as one word: ${flag} 'nginx -t -c "/etc/my nginx.conf"'`,
  })

/** What to do about a word that only a shell understands. */
export const shellHint = "begin with sh -c '…' where a shell is meant, or put quotes around it"

// In a word whose quoted characters are left out: what a shell takes for the end of a command or for a file.
const operator = /^(?:&&?|\|\|?|\d*[<>])|;$/

/** A second command that silently became words of the first would be a check that checks nothing. */
const requireNoOperator = (bare: string, end: number, flag: string): void => {
  const [found] = operator.exec(bare) ?? []
  if (found === undefined) return
  const at = found === ';' ? end : end - bare.length + 1
  throw new UsageError(
    'BAD_OPTION',
    `${flag}: the ${found} at character ${at} is for a shell, and none runs`,
    {
      hint: shellHint,
    },
  )
}

/** What stands at `at`: text to add to the word, and where to go on. */
interface Piece {
  readonly text: string
  readonly next: number
}

const singleQuoted = (text: string, at: number, flag: string): Piece => {
  const end = text.indexOf("'", at + 1)
  if (end < 0) throw unfinished(flag, `the ' at character ${at + 1} is never closed`)
  return { text: text.slice(at + 1, end), next: end + 1 }
}

const doubleQuoted = (text: string, at: number, flag: string): Piece => {
  let word = ''
  for (let next = at + 1; next < text.length; next++) {
    const char = text[next] ?? ''
    if (char === '"') return { text: word, next: next + 1 }
    const follower = text[next + 1] ?? ''
    // Between double quotes a backslash is an ordinary character, except before these.
    if (char !== '\\' || !'$`"\\\n'.includes(follower) || follower === '') word += char
    else {
      if (follower !== '\n') word += follower
      next++
    }
  }
  throw unfinished(flag, `the " at character ${at + 1} is never closed`)
}

const escaped = (text: string, at: number, flag: string): Piece => {
  const char = text[at + 1]
  if (char === undefined) throw unfinished(flag, 'nothing follows the last backslash')
  return { text: char === '\n' ? '' : char, next: at + 2 }
}

/**
 * Splits a command into words as a POSIX shell does: quotes and backslashes, and nothing is expanded or run.
 *
 * @throws UsageError BAD_OPTION for a quote that is never closed, and for what joins commands (`&&`, `|`, `;`, `>`)
 * without quotes; `flag` names it
 * @example
 * splitWords(`nginx -g "daemon off;"`, '--check') // ['nginx', '-g', 'daemon off;']
 */
export const splitWords = (text: string, flag: string): string[] => {
  const words: string[] = []
  let word: string | undefined
  let bare = ''
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? ''
    if (blank.test(char)) {
      requireNoOperator(bare, at, flag)
      if (word !== undefined) words.push(word)
      word = undefined
      bare = ''
      at++
      continue
    }
    let piece: Piece = { text: char, next: at + 1 }
    if (char === "'") piece = singleQuoted(text, at, flag)
    else if (char === '"') piece = doubleQuoted(text, at, flag)
    else if (char === '\\') piece = escaped(text, at, flag)
    // A backslash at the end of a line joins it with the next one: that alone makes no word.
    if (char !== '\\' || piece.text !== '') word = (word ?? '') + piece.text
    if (word !== undefined) bare += quoting.has(char) ? '_'.repeat(piece.next - at) : char
    at = piece.next
  }
  requireNoOperator(bare, text.length, flag)
  return word === undefined ? words : [...words, word]
}

/**
 * Words as one text that {@link splitWords}, or a shell, splits into the same words.
 *
 * @example
 * quoteWords(['nginx', '-g', 'daemon off;']) // nginx -g 'daemon off;'
 */
export const quoteWords = (words: readonly string[]): string =>
  words.map((word) => (plain.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ')
