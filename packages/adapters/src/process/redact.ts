import type { Snapshot } from '@hotmount/core'

/** Characters left of an output. */
const mostChars = 2048
const placeholder = '[redacted]'

// Shorter texts are left alone: hiding every 'on' and '80' would leave no message. In characters.
const shortestWhole = 4
const shortestPart = 6
const shortestToken = 8

// Programs that quote a value often escape it.
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)

const isPath = (text: string): boolean => /^\/[A-Za-z0-9_./*-]*$/.test(text) && !/[A-Za-z0-9]{24}/.test(text)

/** Words of a language (`worker_processes`, `proxy-pass`, `Permission`) and paths stay; anything mixed is suspicious. */
const isOrdinary = (token: string): boolean =>
  token.length < 20 && /^[A-Za-z]?[a-z]*(?:[_-][a-z]+)*$/.test(token)

const trimmed = (text: string): string => text.trim().replace(/[;,]+$/, '')

const follows = [/=(.*)$/, /:(.*)$/, /^\S+\s+(.*)$/, /^[^#]*\s(\S{8,})$/, /:([^:@/\s]+)@/] as const

/** A line, what follows a name on it (after `=`, `:`, a blank), its last word, a password in a URL, and what is in quotes. */
const partsOfLine = (line: string): readonly string[] => [
  line,
  ...follows.map((pattern) => pattern.exec(line)?.[1] ?? ''),
  ...[...line.matchAll(/"([^"]+)"|'([^']+)'|`([^`]+)`/g)].map(([, a, b, c]) => a ?? b ?? c ?? ''),
]

const unquoted = (text: string): string => text.replace(/^(["'`])(.*)\1$/, '$2')

/** Every text of one value that must not be shown. */
const secretsOf = (value: string): readonly string[] => [
  ...[value, value.trim()].filter((text) => text.length >= shortestWhole),
  ...value
    .split(/\r?\n/)
    .flatMap((line) => partsOfLine(line.trim()))
    .map(trimmed)
    .flatMap((part) => [part, unquoted(part)])
    .filter((text) => text.length >= shortestPart && !isPath(text)),
]

const mark = (hidden: Uint8Array, text: string, piece: string): void => {
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1))
    hidden.fill(1, at, at + piece.length)
}

/** Text with every marked run replaced. */
const render = (text: string, hidden: Uint8Array): string => {
  let shown = ''
  for (let at = 0; at < text.length; at++) {
    if (hidden[at] === 0) shown += text[at] ?? ''
    else if (at === 0 || hidden[at - 1] === 0) shown += placeholder
  }
  return shown
}

const bounded = (text: string): string =>
  text.length <= mostChars ? text : `…${text.slice(text.length - mostChars + 1)}`

/**
 * Takes what snapshots hold out of a command's output: whole values, their lines, what follows a name on a line,
 * quoted strings, and long or mixed words. Ordinary words, numbers and paths stay, so that the message still helps.
 * At most 2048 characters, the end of the output.
 *
 * @example
 * redactValues('unknown directive "lissten" in /etc/nginx/conf.d/x.conf:3', snapshot) // unchanged
 */
export const redactValues = (output: string, ...snapshots: readonly Snapshot[]): string => {
  const text = output.trim()
  const hidden = new Uint8Array(text.length)
  const values = snapshots.flatMap((snapshot) => snapshot.keys().map((key) => snapshot.text(key)))
  const pieces = new Set<string>()
  for (const value of values) for (const secret of secretsOf(value)) pieces.add(secret).add(escaped(secret))
  for (const piece of pieces) mark(hidden, text, piece)
  // nginx shows the first ten characters of a parameter that is too long, and three dots.
  for (const cut of text.matchAll(/"[^"]*\.{3}"?/g)) hidden.fill(1, cut.index, cut.index + cut[0].length)
  for (const word of text.matchAll(/[^\s"'`;,(){}<>[\]]+/g)) {
    const suspicious = word[0].length >= shortestToken && !isOrdinary(word[0]) && !isPath(word[0])
    if (suspicious && values.some((value) => value.includes(word[0])))
      hidden.fill(1, word.index, word.index + word[0].length)
  }
  return bounded(render(text, hidden))
}
