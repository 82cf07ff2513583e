import type { Key, Snapshot } from '@hotmount/core'
import { parserFor } from '../formats/by-extension.js'
import { keyMissing, parseFailed } from '../formats/refusal.js'

/**
 * What a template works with: each key's value, read when it is asked for. YAML, JSON, dotenv and properties by the
 * key's extension, text otherwise. Asking for a key that is not there throws KEY_MISSING. Printing it shows no values.
 *
 * @example
 * const port = (values: Values): unknown => schema.parse(values['app.yaml']).port
 */
export type Values = Readonly<Record<Key, unknown>>

const valueOf = (snapshot: Snapshot, key: Key): unknown => {
  const parser = parserFor(key)
  if (!parser) return snapshot.text(key)
  try {
    return parser.parse(snapshot.bytes(key))
  } catch (error) {
    throw parseFailed(key, snapshot, parser, error)
  }
}

/** The values of a snapshot. */
export const valuesOf = (snapshot: Snapshot): Values => {
  const read = new Map<Key, unknown>()
  const get = (key: Key): unknown => {
    if (!snapshot.has(key)) throw keyMissing(key, snapshot)
    if (!read.has(key)) read.set(key, valueOf(snapshot, key))
    return read.get(key)
  }
  const has = (name: string | symbol): boolean => typeof name === 'string' && snapshot.has(name)
  return new Proxy<Record<Key, unknown>>(Object.create(null), {
    get: (_, name) => {
      // Asked for by `await` and by printing, not by a template.
      if (typeof name === 'symbol' || (name === 'then' && !has(name))) return undefined
      return name === 'toJSON' && !has(name) ? () => snapshot.keys() : get(name)
    },
    has: (_, name) => has(name),
    ownKeys: () => [...snapshot.keys()],
    getOwnPropertyDescriptor: (_, name) =>
      has(name) ? { enumerable: true, configurable: true, get: () => get(String(name)) } : undefined,
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  })
}
