import { scanJson } from './json-scan.js'
import { tally } from './json-tally.js'
import { ParseFailure, type Parser, selfBounded } from './parser.js'
import { decode, deepest, mostNodes } from './text.js'

/** Counts the names in a parsed value, and everything there is in it. */
class Census {
  names = 0
  nodes = 0
  hasForbidden = false

  /** Recurses as deep as the value, which is known to be shallow. */
  take(value: object): void {
    if (Array.isArray(value)) {
      this.nodes += value.length
      for (const item of value as unknown[]) if (typeof item === 'object' && item !== null) this.take(item)
      return
    }
    // A name from a prototype would only make the count wrong, and the slow way decide.
    for (const name in value) {
      this.names += 1
      if (name === '__proto__') this.hasForbidden = true
      const item: unknown = Reflect.get(value, name)
      if (typeof item === 'object' && item !== null) this.take(item)
    }
  }
}

/** Whether JSON.parse has kept every name, and there is nothing in the value that is refused. */
const isWhole = (value: unknown, bytes: Uint8Array): boolean => {
  const { names, depth } = tally(bytes)
  if (depth > deepest) return false
  if (typeof value !== 'object' || value === null) return true
  const census = new Census()
  census.take(value)
  if (census.names + census.nodes > mostNodes) throw new ParseFailure('ALIAS_BOMB')
  return census.names === names && !census.hasForbidden
}

const parse = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    // It tells no place, and quotes the text.
    scanJson(text)
    throw thrown
  }
  // JSON.parse keeps the last of two equal names, and nests without end. The scan, five times as slow, tells where.
  if (!isWhole(value, bytes)) scanJson(text)
  return value
}

/**
 * Strict JSON. Repeated names, `__proto__`, wrong UTF-8 and nesting beyond 100 are refused; an empty text says nothing.
 *
 * @example
 * await liveConfig(mount, { schema, key: 'settings', parser: json() })
 */
export const json = (): Parser => selfBounded({ name: 'JSON', parse })
