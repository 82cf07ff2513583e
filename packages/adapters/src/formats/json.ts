import { scanJson } from './json-scan.js'
import { isWhole, tallyOf } from './json-tally.js'
import { ParseFailure, type Parser, selfBounded } from './parser.js'
import { decode, mostNodes } from './text.js'

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
  const tally = tallyOf(value)
  // The scan, five times as slow, tells where.
  if (tally.isBad || !isWhole(text, value, tally)) scanJson(text)
  if (tally.nodes > mostNodes) throw new ParseFailure('ALIAS_BOMB')
  return value
}

/**
 * Strict JSON. Repeated names, `__proto__`, wrong UTF-8 and nesting beyond 100 are refused; an empty text says nothing.
 *
 * @example
 * await liveConfig(mount, { schema, key: 'settings', parser: json() })
 */
export const json = (): Parser => selfBounded({ name: 'JSON', parse })
