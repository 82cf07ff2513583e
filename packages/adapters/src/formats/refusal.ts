import { InvalidConfigError, type Key, type Snapshot } from '@hotmount/core'
import { ParseFailure, type Parser } from './parser.js'
import { remedyFor } from './remedies.js'

/** The first names of a list, and how many more there are. */
export const firstOf = (names: readonly string[], most = 10): string =>
  names.slice(0, most).join(', ') + (names.length > most ? ` and ${names.length - most} more` : '')

/** A key that the config is made of is not in the mount. */
export const keyMissing = (key: Key, snapshot: Snapshot): InvalidConfigError =>
  new InvalidConfigError(
    'KEY_MISSING',
    { key, revision: snapshot.revision },
    `key ${key} is missing at ${snapshot.revision}`,
    [],
    { hint: snapshot.size > 0 ? `there are: ${firstOf(snapshot.keys())}` : 'the mount has no keys' },
  )

// A parser that a user brought may throw anything: only numbers are taken from it, since its texts quote the input.
const placeOf = (thrown: unknown): string => {
  if (thrown instanceof ParseFailure) return thrown.message
  const { line, column } = (thrown ?? {}) as { readonly line?: unknown; readonly column?: unknown }
  if (typeof line !== 'number') return 'its parser refused it'
  return `its parser refused it at line ${line}${typeof column === 'number' ? `, column ${column}` : ''}`
}

/** A key's bytes are not of the format. */
export const parseFailed = (
  key: Key,
  snapshot: Snapshot,
  parser: Parser,
  origin: unknown,
): InvalidConfigError =>
  new InvalidConfigError(
    'PARSE_FAILED',
    { key, revision: snapshot.revision },
    `${key} at ${snapshot.revision} is not valid ${parser.name}: ${placeOf(origin)}`,
    [{ path: '', message: placeOf(origin) }],
    { hint: remedyFor(origin instanceof ParseFailure ? origin.code : ''), origin },
  )
