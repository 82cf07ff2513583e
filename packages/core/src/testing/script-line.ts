import { Buffer } from 'node:buffer'
import type { Data } from './payload.js'

/** One line of a script: `swap a=1 b="x y" # why`. */
export interface ScriptLine {
  readonly number: number
  readonly words: readonly string[]
}

// A word is unquoted text and quoted parts without a gap; a comment begins where a word could.
const word = /#.*$|(?:[^\s"]|"(?:[^"\\]|\\.)*")+/g

/** Lines with something on them. Throws an Error that says which quote is not closed. */
export const parseScript = (text: string, name: string): readonly ScriptLine[] =>
  text.split(/\r?\n/).flatMap((line, index) => {
    if (line.replaceAll(word, '').trim() !== '')
      throw new Error(`${name}:${index + 1}: a quote is not closed`)
    const words = (line.match(word) ?? []).filter((found) => !found.startsWith('#'))
    return words.length === 0 ? [] : [{ number: index + 1, words }]
  })

const unquote = (text: string): string => {
  if (!text.startsWith('"')) return text
  const value: unknown = JSON.parse(text)
  return String(value)
}

/** `x`, `"x y\n"`, `@repeat("x",1000)`, `@hex(00ff)`. */
const valueOf = (text: string): string | Uint8Array => {
  const repeat = /^@repeat\((.*),(\d+)\)$/.exec(text)
  if (repeat) return unquote(repeat[1] ?? '').repeat(Number(repeat[2]))
  const hex = /^@hex\(((?:[0-9a-f]{2})*)\)$/.exec(text)
  if (hex) return Buffer.from(hex[1] ?? '', 'hex')
  return unquote(text)
}

/** The `key=value` words of a line. Throws an Error for a word that is none. */
export const dataOf = (words: readonly string[]): Data =>
  Object.fromEntries(
    words.map((pair) => {
      const split = pair.indexOf('=')
      if (split < 1) throw new Error('key=value is wanted here')
      return [pair.slice(0, split), valueOf(pair.slice(split + 1))]
    }),
  )

/** `name=a,b` as names with lists. */
export const listsOf = (words: readonly string[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(dataOf(words)).map(([name, list]) => [name, String(list).split(',')]))
