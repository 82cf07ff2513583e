import { deepest } from './text.js'

/** What a parsed value consists of. */
export interface Tally {
  names: number
  /** Colons in its texts. */
  colons: number
  /** Names, and items of lists. */
  nodes: number
  /** Whether there is `__proto__` among the names, or the nesting is too deep. */
  isBad: boolean
}

type Names = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Names => typeof value === 'object' && value !== null

const colonsIn = (text: string): number => {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) count += 1
  return count
}

// Functions and no class: the optimized methods of a class are thrown away with its last instance.
const take = (tally: Tally, value: unknown, depth: number): void => {
  if (typeof value === 'string') tally.colons += colonsIn(value)
  if (!isObject(value)) return
  if (depth === deepest) tally.isBad = true
  else if (Array.isArray(value)) {
    tally.nodes += value.length
    for (const item of value) take(tally, item, depth + 1)
  } else takeNames(tally, value, depth + 1)
}

const takeNames = (tally: Tally, value: Names, depth: number): void => {
  for (const name in value) {
    tally.names += 1
    if (name === '__proto__') tally.isBad = true
    take(tally, value[name], depth)
  }
}

/** Counts what is in a parsed value, as deep as a value may be. */
export const tallyOf = (value: unknown): Tally => {
  const tally: Tally = { names: 0, colons: 0, nodes: 0, isBad: false }
  take(tally, value, 0)
  tally.nodes += tally.names
  return tally
}

const colonsInNames = (value: unknown): number => {
  if (!isObject(value)) return 0
  if (Array.isArray(value)) return value.reduce<number>((count, item) => count + colonsInNames(item), 0)
  const inside = Object.entries(value).map(([name, item]) => colonsIn(name) + colonsInNames(item))
  return inside.reduce((count, more) => count + more, 0)
}

/**
 * Whether JSON.parse has kept every name of a text: of two equal ones it keeps the last. Each name has a colon of its
 * own in the text, and all others are in names and strings, as they are or written as an escape. So the colons of the
 * text are as many as names and colons of the value, or a name is lost. Names without colons need not be searched.
 */
export const isWhole = (text: string, value: unknown, { names, colons }: Tally): boolean => {
  if (text.includes('\\u003a') || text.includes('\\u003A')) return false
  const others = colonsIn(text) - names - colons
  return others === 0 || others === colonsInNames(value)
}
