import { parse as parseLines } from 'dotenv'
import { ParseFailure, type Parser } from './parser.js'
import { decode } from './text.js'

const blank = /^\s*(?:#|$)/
const assignment = /^\s*(?:export\s+)?([\w.-]+)(?:\s*=|:\s)\s*(["'`])?/

const nothingMore = /^\s*(?:#.*)?$/s

/** Index of the line on which the value of an assignment ends: the first quote that is not escaped ends a quoted one. */
const lastLine = (lines: readonly string[], at: number, from: number, quote: string | undefined): number => {
  if (quote === undefined) return at
  for (let line = at, start = from; line < lines.length; line += 1, start = 0) {
    const text = lines[line] ?? ''
    let hit = text.indexOf(quote, start)
    while (hit > 0 && text[hit - 1] === '\\') hit = text.indexOf(quote, hit + 1)
    if (hit < 0) continue
    const opens = line > at && assignment.exec(text)?.[0].length === hit + 1
    if (!opens && nothingMore.test(text.slice(hit + 1))) return line
    // On another line it is rather the quote of the next assignment, which would be lost without a word.
    const code = line === at ? 'TEXT_AFTER_QUOTE' : 'UNCLOSED_QUOTE'
    throw new ParseFailure(code, { line: at + 1, column: line === at ? hit + 2 : from })
  }
  throw new ParseFailure('UNCLOSED_QUOTE', { line: at + 1, column: from })
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
    const end = lastLine(lines, at, whole.length, quote)
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
 * equal names wins. A line that is no assignment, a quote that never closes and text after the closing quote are
 * refused.
 *
 * @example
 * await liveConfig(mount, { schema, key: 'settings', parser: dotenv() })
 */
export const dotenv = (): DotenvParser => ({
  name: 'dotenv',
  parse,
})
