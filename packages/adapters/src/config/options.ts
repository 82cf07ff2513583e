import type { Key } from '@hotmount/core'
import type { Parser } from '../formats/parser.js'
import type { EnvOverrides } from './env-overrides.js'
import type { AnySchema } from './schema.js'

/** Where a config comes from. Exactly one of `key`, `keys` and `properties`. */
export interface SourceOptions {
  /** One key. */
  readonly key?: Key
  /** Several keys, deeply merged; later ones win. All must be there. */
  readonly keys?: readonly Key[]
  /** Every key of the mount is one property: its name, and its value as text without the last line end. */
  readonly properties?: boolean
  /**
   * One parser for all keys, or one by key. Default: by extension (.yaml, .yml, .json, .env, .properties); with
   * `properties`, plain text.
   */
  readonly parser?: Parser | Readonly<Record<Key, Parser>>
  /** Laid under the keys. Also tells `env` how names are spelled and which values are not text. */
  readonly defaults?: unknown
  /**
   * Environment variables laid over the keys. Names are found without regard to case, `-` and `_`; a value that
   * stands over something other than text is read as JSON.
   */
  readonly env?: EnvOverrides
}

/** Options of `liveConfig`. */
export interface LiveConfigOptions<S extends AnySchema> extends SourceOptions {
  /** Any Standard Schema (zod, valibot, arktype, your own). Its output is the type of `current`. */
  readonly schema: S
  /**
   * Dotted paths of the schema's output that cannot be applied live, with all that is below them. `current` keeps
   * their values; a change of one is announced as `restartRequired`. Where that cannot be (the schema renames them,
   * or old and new do not go together), nothing of the new config is applied live.
   */
  readonly restartOnly?: readonly string[]
}
