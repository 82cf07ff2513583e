import { parse as parseLines } from 'dotenv'
import { ParseFailure, type Parser } from './parser.js'
import { decode } from './text.js'

const blank = /^\s*(?:#|$)/
const assignment = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)\s*(["'`])?/

/** Index of the line on which a quoted value ends; undefined when it never does. */
const closingLine = (
  lines: readonly string[],
  at: number,
  from: number,
  quote: string,
): number | undefined => {
  for (let line = at, start = from; line < lines.length; line += 1, start = 0) {
    const text = lines[line] ?? ''
    for (let hit = text.indexOf(quote, start); hit >= 0; hit = text.indexOf(quote, hit + 1))
      if (text[hit - 1] !== '\\') return line
  }
  return undefined
}

const parse = (bytes: Uint8Array): Readonly<Record<string, string>> => {
  const lines = decode(bytes).split(/\r\n|\n|\r/)
  const values = new Map<string, string>()
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (blank.test(line)) continue
    // The library skips what it cannot read: a typo would silently unset a variable.
    const [whole, name, quote] = assignment.exec(line) ?? []
    if (whole === undefined || name === undefined)
      throw new ParseFailure('NOT_AN_ASSIGNMENT', { line: at + 1, column: 1 })
    if (name === '__proto__') throw new ParseFailure('FORBIDDEN_KEY', { line: at + 1, column: 1 })
    const end = quote === undefined ? at : closingLine(lines, at, whole.length, quote)
    if (end === undefined) throw new ParseFailure('UNCLOSED_QUOTE', { line: at + 1, column: whole.length })
    // One assignment at a time: on a whole file of blank lines the library takes time squared (50 KB: 12 s).
    values.set(name, parseLines(lines.slice(at, end + 1).join('\n'))[name] ?? '')
    at = end
  }
  return Object.fromEntries(values)
}

/** A parser whose values are all text. */
export interface DotenvParser extends Parser {
  parse(bytes: Uint8Array): Readonly<Record<string, string>>
}

/**
 * `NAME=value` lines as dotenv reads them: `export`, quotes, comments, values over several lines; the last of two
 * equal names wins. A line that is no assignment and a quote that never closes are refused.
 *
 * @example
 * await liveConfig(mount, { schema, key: 'settings', parser: dotenv() })
 */
export const dotenv = (): DotenvParser => ({
  name: 'dotenv',
  parse,
})
