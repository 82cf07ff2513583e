import { InvalidConfigError, type Key, type Snapshot } from '@hotmount/core'
import { plainCopy } from './copy.js'
import { changedAt, keepAt } from './keep.js'
import type { LiveConfigOptions } from './options.js'
import { diffPaths, isUnder } from './paths.js'
import { cannotBeTaken, schemaFailed, schemaThrew } from './refusal.js'
import { Source } from './source.js'
import { type AnySchema, type OutputOf, requireSchema, validate, type Verdict } from './schema.js'

/** A config that passed, with what it was made from. */
export interface Accepted<T> {
  readonly kind: 'accepted'
  readonly input: unknown
  readonly value: T
  /** Changed paths that wait for a restart. */
  readonly waiting: readonly string[]
}
/** It cannot be had. */
export interface Refused {
  readonly kind: 'refused'
  readonly error: InvalidConfigError
}
/** It passed, and none of it can be applied live: what runs stays, whatever that is by now. */
export interface Waiting<T> {
  readonly kind: 'waiting'
  readonly wanted: T
}
export type Judgement<T> = Accepted<T> | Refused | Waiting<T>

/** Goes on at once where a value is there at once: a config with a plain schema is current before `change` ends. */
const andThen = <A, B>(value: A | Promise<A>, use: (value: A) => B | Promise<B>): B | Promise<B> =>
  value instanceof Promise ? value.then(use) : use(value)

/** What throws, at once or later, is a refusal too. */
const inAnyCase = <A>(
  work: () => A | Promise<A>,
  refuse: (thrown: unknown) => Refused,
): A | Refused | Promise<A | Refused> => {
  try {
    const result = work()
    return result instanceof Promise ? result.catch(refuse) : result
  } catch (thrown) {
    return refuse(thrown)
  }
}

type Fresh<S extends AnySchema> = Accepted<OutputOf<S>> | Refused

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
  #validate(input: unknown, before: unknown): Verdict<OutputOf<S>> | Promise<Verdict<OutputOf<S>>> {
    return validate(this.#schema, plainCopy(input), before)
  }

  #culprit(paths: readonly string[], keys: readonly Key[]): Key {
    const found = this.#properties ? keys.filter((key) => paths.some((path) => isUnder(path, [key]))) : keys
    return (found.length > 0 ? found : keys).slice(0, 10).join(', ')
  }

  /** With the values that run where a restart is needed. A config that leaves them alone is taken as it is. */
  #withoutRestart(
    fresh: Accepted<OutputOf<S>>,
    running: Accepted<OutputOf<S>>,
  ): Judgement<OutputOf<S>> | Promise<Judgement<OutputOf<S>>> {
    if (this.#restartOnly.length === 0) return fresh
    const changedIn = (value: OutputOf<S>): readonly string[] =>
      changedAt(diffPaths(running.value, value), this.#restartOnly)
    const waiting = changedIn(fresh.value)
    if (waiting.length === 0) return fresh
    const input = keepAt(running.input, fresh.input, this.#restartOnly)
    return andThen(this.#validate(input, running.value), (verdict) =>
      // Old and new do not go together, or the schema calls these paths something else.
      verdict.ok && changedIn(verdict.value).length === 0
        ? { kind: 'accepted', input, value: verdict.value, waiting }
        : { kind: 'waiting', wanted: fresh.value },
    )
  }

  #fresh(snapshot: Snapshot, before: unknown): Fresh<S> | Promise<Fresh<S>> {
    const { value: input, variables } = this.#source.read(snapshot)
    return andThen(this.#validate(input, before), (verdict): Fresh<S> => {
      if (verdict.ok) return { kind: 'accepted', input, value: verdict.value, waiting: [] }
      const { issues, origin } = verdict
      const paths = issues.map(({ path }) => path)
      const key = this.#culprit(paths, this.#source.keysIn(snapshot))
      const error =
        origin === undefined
          ? schemaFailed(key, snapshot, verdict, variables)
          : schemaThrew(key, snapshot, origin)
      return { kind: 'refused', error }
    })
  }

  /** What to make of anything that was thrown over this snapshot. */
  refusal(snapshot: Snapshot, thrown: unknown): Refused {
    if (thrown instanceof InvalidConfigError) return { kind: 'refused', error: thrown }
    const key = this.#culprit([], this.#source.keysIn(snapshot))
    return { kind: 'refused', error: cannotBeTaken(key, snapshot, thrown) }
  }

  /** Equal for snapshots whose bytes for this config are equal. */
  bytesOf(snapshot: Snapshot): string {
    return this.#source.bytesOf(snapshot)
  }

  /** Judges a snapshot when nothing runs yet; its value shares what is equal with `before`. */
  first(snapshot: Snapshot, before?: unknown): Fresh<S> | Promise<Fresh<S>> {
    return inAnyCase(
      () => this.#fresh(snapshot, before),
      (thrown) => this.refusal(snapshot, thrown),
    )
  }

  /** `running` is asked once the schema has answered: a later judgement may have passed meanwhile. */
  judge(
    snapshot: Snapshot,
    running: () => Accepted<OutputOf<S>>,
  ): Judgement<OutputOf<S>> | Promise<Judgement<OutputOf<S>>> {
    return inAnyCase(
      () =>
        andThen(this.first(snapshot, running().value), (fresh) =>
          fresh.kind === 'accepted' ? this.#withoutRestart(fresh, running()) : fresh,
        ),
      (thrown) => this.refusal(snapshot, thrown),
    )
  }
}
