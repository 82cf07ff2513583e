import { ParseFailure, type Parser } from './parser.js'
import { decode } from './text.js'

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }
// A separator is white space, or one = or : with white space around; a backslash keeps the next character.
const name = /(?:[^\\=:\s]|\\.)*/sy
const separator = /[ \t\f]*(?:[=:][ \t\f]*)?/y

interface LogicalLine {
  readonly text: string
  readonly line: number
}

/** Whether the line ends with an odd number of backslashes. */
const continues = (text: string): boolean => {
  // Not /\\+$/: on backslashes in the middle of a line that takes time squared (80 KB: 11 s).
  let end = text.length
  while (end > 0 && text[end - 1] === '\\') end -= 1
  return (text.length - end) % 2 === 1
}

/** Joins continued lines; drops comments and blank lines. A comment is never continued. */
const logicalLines = (text: string): readonly LogicalLine[] => {
  const joined: LogicalLine[] = []
  const parts: string[] = []
  let first = 0
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^[ \t\f]+/, '')
    if (parts.length === 0) {
      if (line === '' || line.startsWith('#') || line.startsWith('!')) continue
      first = index + 1
    }
    const goesOn = continues(line)
    parts.push(goesOn ? line.slice(0, -1) : line)
    if (!goesOn) joined.push({ text: parts.splice(0).join(''), line: first })
  }
  if (parts.length > 0) joined.push({ text: parts.join(''), line: first })
  return joined
}

const unescape = (text: string, line: number): string =>
  text.replaceAll(/\\(?:u([\dA-Fa-f]{4})|(.))/gs, (_whole, code: string | undefined, letter: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    if (letter === 'u') throw new ParseFailure('BAD_ESCAPE', { line, column: 1 })
    return escapes[letter] ?? letter
  })

const parse = (bytes: Uint8Array): Readonly<Record<string, string>> => {
  const values = new Map<string, string>()
  for (const { text, line } of logicalLines(decode(bytes))) {
    name.lastIndex = 0
    const rawName = name.exec(text)?.[0] ?? ''
    separator.lastIndex = rawName.length
    separator.test(text)
    const key = unescape(rawName, line)
    if (key === '__proto__') throw new ParseFailure('FORBIDDEN_KEY', { line, column: 1 })
    if (values.has(key)) throw new ParseFailure('DUPLICATE_KEY', { line, column: 1 })
    values.set(key, unescape(text.slice(separator.lastIndex), line))
  }
  return Object.fromEntries(values)
}

/**
 * Java properties in UTF-8: `name=value`, `name: value`, `name value`, comments, continued lines, escapes. Names
 * keep their dots, values are text; a repeated name is refused.
 *
 * @example
 * // a ConfigMap key whose value is a block of lines like image.public.key=771
 * await liveConfig(mount, { schema, key: 'keys', parser: properties() })
 */
export const properties = (): Parser => ({ name: 'properties', parse })
