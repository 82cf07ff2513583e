import { ReactionError } from '@hotmount/core'
import { firstOf } from '../formats/refusal.js'
import { variable } from './names.js'
import type { Plan } from './plan.js'

interface Owned {
  readonly before: string | undefined
  readonly value: string
}

/** What an apply did, for verify to prove. */
export interface EnvReceipt {
  readonly plan: Plan
  /** What must be there now: `undefined` for a name that must not. */
  readonly expected: ReadonlyMap<string, string | undefined>
  readonly counts: Readonly<Record<'set' | 'changed' | 'unset', number>>
}

const put = (env: NodeJS.ProcessEnv, name: string, value: string | undefined): void => {
  if (value === undefined) delete env[name]
  else env[name] = value
}

/** The names that a reaction set in an environment, and what was there before. */
export class OwnedEnv {
  readonly #env: NodeJS.ProcessEnv
  #owned: ReadonlyMap<string, Owned> = new Map()
  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env
  }

  /** A name that somebody else has set since is not ours any more. */
  #ours(name: string): Owned | undefined {
    const owned = this.#owned.get(name)
    return owned && variable(this.#env, name) === owned.value ? owned : undefined
  }

  /** The environment as it would be without us. */
  readonly outside = (name: string): string | undefined => {
    const ours = this.#ours(name)
    return ours ? ours.before : variable(this.#env, name)
  }

  #putAll(values: ReadonlyMap<string, string | undefined>): void {
    const before = new Map([...values.keys()].map((name) => [name, variable(this.#env, name)]))
    try {
      for (const [name, value] of values) put(this.#env, name, value)
    } catch (thrown) {
      for (const [name, value] of before) if (variable(this.#env, name) !== value) put(this.#env, name, value)
      throw thrown
    }
  }

  /** Sets, changes and unsets until the plan is true of every name that is ours: all names or none. */
  apply(plan: Plan): EnvReceipt {
    const counts = { set: 0, changed: 0, unset: 0 }
    const owned = new Map<string, Owned>()
    const expected = new Map<string, string | undefined>()
    for (const [name, value] of plan.values) {
      const ours = this.#ours(name)
      owned.set(name, { before: this.outside(name), value })
      expected.set(name, value)
      if (!ours) counts.set += 1
      else if (ours.value !== value) counts.changed += 1
    }
    for (const name of this.#owned.keys()) {
      const ours = this.#ours(name)
      if (!ours || plan.values.has(name)) continue
      expected.set(name, ours.before)
      counts.unset += 1
    }
    this.#putAll(expected)
    this.#owned = owned
    return { plan, expected, counts }
  }

  /** @throws ReactionError VERIFY_FAILED naming what is not as it was set */
  verify({ plan, expected, counts }: EnvReceipt, reaction: string): string {
    const wrong = [...expected]
      .filter(([name, value]) => variable(this.#env, name) !== value)
      .map(([name]) => name)
    if (wrong.length > 0)
      throw new ReactionError(
        'VERIFY_FAILED',
        { reaction, stage: 'verify', revision: plan.revision },
        `${reaction}: these are not as they were set: ${firstOf(wrong)}`,
        { hint: 'something else writes these variables: deny them here, or stop it', retryable: true },
      )
    const { kept, skipped } = plan
    return [
      `${counts.set} set, ${counts.changed} changed, ${counts.unset} unset`,
      ...(kept.length > 0 ? [`kept from before: ${firstOf(kept)}`] : []),
      ...(skipped.length > 0 ? [`no names of variables: ${firstOf(skipped)}`] : []),
    ].join('; ')
  }
}
