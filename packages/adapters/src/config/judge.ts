import type { InvalidConfigError, Key, Snapshot } from '@hotmount/core'
import { keepAt } from './keep.js'
import { merge } from './merge.js'
import type { LiveConfigOptions } from './options.js'
import { diffPaths, isUnder, pathText } from './paths.js'
import { refusalOf, Source } from './source.js'
import { schemaFailed } from './refusal.js'
import { type AnySchema, type OutputOf, requireSchema, validate, type Verdict } from './schema.js'

/** A config that passed, with what it was made from. */
export interface Accepted<T> {
  readonly ok: true
  readonly input: unknown
  readonly value: T
  /** Changed paths that wait for a restart. */
  readonly waiting: readonly string[]
}
export type Judgement<T> = Accepted<T> | { readonly ok: false; readonly error: InvalidConfigError }

/** Goes on at once where a value is there at once: a config with a plain schema is current before `change` ends. */
const andThen = <A, B>(value: A | Promise<A>, use: (value: A) => B | Promise<B>): B | Promise<B> =>
  value instanceof Promise ? value.then(use) : use(value)

/** Judges snapshots: parse, merge, validate, keep what needs a restart. */
export class Judge<S extends AnySchema> {
  readonly #source: Source
  readonly #schema: S
  readonly #restartOnly: readonly string[]
  readonly #properties: boolean

  /** @throws UsageError BAD_OPTION */
  constructor(options: LiveConfigOptions<S>) {
    requireSchema(options.schema)
    this.#schema = options.schema
    this.#restartOnly = [...(options.restartOnly ?? [])]
    this.#properties = options.properties === true
    this.#source = new Source(options)
  }

  // A copy, as a schema may write into what it is given.
  #validate(input: unknown): Verdict<OutputOf<S>> | Promise<Verdict<OutputOf<S>>> {
    return validate(this.#schema, merge(undefined, input))
  }

  #culprit(paths: readonly string[], keys: readonly Key[]): Key {
    const found = this.#properties ? keys.filter((key) => paths.some((path) => isUnder(path, [key]))) : keys
    return (found.length > 0 ? found : keys).slice(0, 10).join(', ')
  }

  #withoutRestart(
    input: unknown,
    value: OutputOf<S>,
    running: Accepted<OutputOf<S>>,
  ): Judgement<OutputOf<S>> | Promise<Judgement<OutputOf<S>>> {
    const changed = diffPaths(running.value, value).map(({ path }) => pathText(path))
    const waiting = changed.filter((path) => isUnder(path, this.#restartOnly))
    if (waiting.length === 0) return { ok: true, input, value, waiting }
    const kept = keepAt(running.input, input, this.#restartOnly)
    return andThen(this.#validate(kept), (verdict) =>
      verdict.ok
        ? { ok: true, input: kept, value: verdict.value, waiting }
        : // Old and new do not go together: nothing of it can be applied live.
          { ...running, waiting: changed },
    )
  }

  /** Equal for snapshots whose bytes for this config are equal. */
  bytesOf(snapshot: Snapshot): string {
    return this.#source.bytesOf(snapshot)
  }

  /** `running` is asked once the schema has answered: a later judgement may have passed meanwhile. */
  judge(
    snapshot: Snapshot,
    running: () => Accepted<OutputOf<S>> | undefined,
  ): Judgement<OutputOf<S>> | Promise<Judgement<OutputOf<S>>> {
    let input: unknown
    try {
      input = this.#source.read(snapshot)
    } catch (thrown) {
      return { ok: false, error: refusalOf(thrown) }
    }
    return andThen(this.#validate(input), (verdict) => {
      if (!verdict.ok) {
        const paths = verdict.issues.map(({ path }) => path)
        const key = this.#culprit(paths, this.#source.keysIn(snapshot))
        return { ok: false, error: schemaFailed(key, snapshot, verdict.issues, verdict.origin) }
      }
      const { value } = verdict
      const now = running()
      return now ? this.#withoutRestart(input, value, now) : { ok: true, input, value, waiting: [] }
    })
  }
}
