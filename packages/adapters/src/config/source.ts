import { type Key, type Snapshot, UsageError } from '@hotmount/core'
import { parserFor } from '../formats/by-extension.js'
import { isSelfBounded, ParseFailure, type Parser } from '../formats/parser.js'
import { decode } from '../formats/text.js'
import { requireBounded } from './bounds.js'
import { withEnv } from './env-overrides.js'
import { merge } from './merge.js'
import type { SourceOptions } from './options.js'
import { keyMissing, parseFailed } from '../formats/refusal.js'
import { env as processEnv } from 'node:process'

/** A value as it stands, less the line end that editors and YAML blocks leave. */
const text: Parser = { name: 'UTF-8 text', parse: (bytes) => decode(bytes).replace(/\r?\n$/, '') }

const isParser = (parser: Parser | Readonly<Record<Key, Parser>>): parser is Parser =>
  typeof parser.parse === 'function'

/** The input of the schema. */
export interface Input {
  readonly value: unknown
  /** By path, the environment variable that was laid there. */
  readonly variables: ReadonlyMap<string, string>
}

interface Parsed {
  readonly bytes: Uint8Array
  readonly value: unknown
}

/** Reads the input of the schema out of a snapshot: keys parsed, merged over the defaults, the environment on top. */
export class Source {
  readonly #options: SourceOptions
  #parsed: ReadonlyMap<Key, Parsed> = new Map()

  /** @throws UsageError BAD_OPTION */
  constructor(options: SourceOptions) {
    this.#options = options
    const { key, keys, properties, env } = options
    const ways = [key !== undefined, keys !== undefined, properties === true]
    if (ways.filter(Boolean).length !== 1 || keys?.length === 0)
      throw new UsageError('BAD_OPTION', 'key, keys, properties: give exactly one of them', {
        hint: "key: 'app.yaml', or keys: ['base.yaml', 'site.yaml'], or properties: true",
      })
    if (env?.prefix === '')
      throw new UsageError('BAD_OPTION', 'env.prefix: it is empty, so every variable would be taken', {
        hint: "name the variables that are meant: prefix: 'APP' takes APP_SERVER__PORT",
      })
    for (const one of keys ?? (key === undefined ? [] : [key])) this.#parserOf(one)
    try {
      requireBounded(options.defaults)
    } catch (origin) {
      throw new UsageError('BAD_OPTION', 'defaults: this is a circle, too deep or too much', {
        hint: 'at most 100 levels of nesting and a million values are taken',
        origin,
      })
    }
  }

  #parserOf(key: Key): Parser {
    const { parser, properties } = this.#options
    if (parser && isParser(parser)) return parser
    const own = parser && Object.hasOwn(parser, key) ? parser[key] : undefined
    const found = own ?? (properties === true ? text : parserFor(key))
    if (!found)
      throw new UsageError('BAD_OPTION', `parser: the name of key ${key} does not tell its format`, {
        hint: 'pass parser: yaml(), json(), dotenv(), properties(), or one of your own',
      })
    return found
  }

  /** Names of the keys that this config is made of. */
  keysIn(snapshot: Snapshot): readonly Key[] {
    const { key, keys } = this.#options
    return keys ?? (key === undefined ? snapshot.keys() : [key])
  }

  /** Equal for snapshots whose keys of this config have equal bytes. */
  bytesOf(snapshot: Snapshot): string {
    return this.keysIn(snapshot)
      .map((key) => `${key}=${snapshot.has(key) ? snapshot.hash(key) : ''}`)
      .join('\n')
  }

  #parse(key: Key, snapshot: Snapshot): Parsed {
    if (!snapshot.has(key)) throw keyMissing(key, snapshot)
    const bytes = snapshot.bytes(key)
    const known = this.#parsed.get(key)
    // Faster than a digest by far.
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known
    const parser = this.#parserOf(key)
    try {
      if (key === '__proto__') throw new ParseFailure('FORBIDDEN_KEY')
      // A parser that a user brought may write into what it is given.
      const isOwn = isSelfBounded(parser)
      const value = parser.parse(isOwn ? bytes : Uint8Array.from(bytes))
      if (!isOwn) requireBounded(value)
      return { bytes, value }
    } catch (thrown) {
      throw parseFailed(key, snapshot, parser, thrown)
    }
  }

  /** @throws InvalidConfigError KEY_MISSING or PARSE_FAILED */
  read(snapshot: Snapshot): Input {
    const { defaults, env, properties } = this.#options
    const parsed = new Map(this.keysIn(snapshot).map((key) => [key, this.#parse(key, snapshot)]))
    this.#parsed = parsed
    const layers = [...parsed].map(([key, { value }]) => (properties === true ? { [key]: value } : value))
    if (defaults !== undefined) layers.unshift(defaults)
    // Nobody writes into it, so that a single one need not be copied.
    const merged = (layers.length === 1 ? layers[0] : layers.reduce<unknown>(merge, undefined)) ?? {}
    const variables = new Map<string, string>()
    if (!env) return { value: merged, variables }
    const onLaid = (path: string, name: string): void => void variables.set(path, name)
    return { value: withEnv(merged, env.from ?? processEnv, env.prefix, onLaid), variables }
  }
}
