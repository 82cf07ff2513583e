import { scanJson } from './json-scan.js'
import type { Parser } from './parser.js'
import { decode } from './text.js'

const parse = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') return undefined
  // JSON.parse tells no place, keeps the last of two equal names, and nests without end: hence the scan.
  scanJson(text)
  return JSON.parse(text) as unknown
}

/**
 * Strict JSON. Repeated names, `__proto__`, wrong UTF-8 and nesting beyond 100 are refused; an empty text says nothing.
 *
 * @example
 * await liveConfig(mount, { schema, key: 'settings', parser: json() })
 */
export const json = (): Parser => ({ name: 'JSON', parse })
