import type { Key, Snapshot } from '@hotmount/core'
import { dotenv } from '../formats/dotenv.js'
import { firstOf, keyMissing, parseFailed } from '../formats/refusal.js'
import { decode } from '../formats/text.js'
import { isVariableName } from './names.js'
import type { Wanted } from './plan.js'

/** Reads what a snapshot asks for. @throws InvalidConfigError KEY_MISSING or PARSE_FAILED */
export type ReadWanted = (snapshot: Snapshot) => Wanted

/** NAME=value lines of one key. */
export const fromFile =
  (key: Key, prefix = ''): ReadWanted =>
  (snapshot) => {
    if (!snapshot.has(key)) throw keyMissing(key, snapshot)
    const parser = dotenv()
    try {
      const lines = Object.entries(parser.parse(snapshot.bytes(key)))
      const values = new Map(lines.map(([name, value]) => [`${prefix}${name}`, value]))
      return { key, values, skipped: [] }
    } catch (thrown) {
      throw parseFailed(key, snapshot, parser, thrown)
    }
  }

const text = { name: 'UTF-8 text', parse: decode }

/** Each key is one variable; a key that is no name of one is skipped, as `envFrom` does. */
export const fromKeys =
  (prefix = ''): ReadWanted =>
  (snapshot) => {
    const names = snapshot.keys().filter((key) => isVariableName(`${prefix}${key}`))
    const values = names.map((key) => {
      try {
        return [`${prefix}${key}`, decode(snapshot.bytes(key))] as const
      } catch (thrown) {
        throw parseFailed(key, snapshot, text, thrown)
      }
    })
    const skipped = snapshot.keys().filter((key) => !names.includes(key))
    return { key: firstOf(names), values: new Map(values), skipped }
  }
