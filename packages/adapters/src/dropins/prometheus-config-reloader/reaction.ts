import { type AnyReaction, type Change, type ReactionContext, type Snapshot } from '@hotmount/core'
import { inContext } from '../../process/target-error.js'
import type { Meters } from '../meters.js'
import { type Environment, expandedConfig } from './expand.js'
import type { ReloaderMetric } from './metrics.js'
import type { OutputFile } from './output.js'
import type { Told } from './tell.js'

/** A config that is expanded into a file. */
export interface Rendering {
  /** The key of the config. */
  readonly key: string
  readonly env: Environment
  readonly output: OutputFile
}

/** Writes the config where there is one to write, tells Prometheus, and counts. */
export class ReloaderReaction {
  readonly #rendering: Rendering | undefined
  readonly #told: Told
  readonly #meters: Meters<ReloaderMetric>['of']
  #written: Buffer | undefined

  constructor(
    rendering: Rendering | undefined,
    telling: (written: () => Buffer | undefined) => Told,
    { of: meters }: Pick<Meters<ReloaderMetric>, 'of'>,
  ) {
    this.#rendering = rendering
    this.#told = telling(() => this.#written)
    this.#meters = meters
  }

  #expanded(snapshot: Snapshot): Buffer | undefined {
    if (!this.#rendering) return undefined
    const { key, env } = this.#rendering
    return expandedConfig(snapshot, key, env, (unset) => this.#meters.expansionErrors.set(unset))
  }

  async #counted<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#meters.appliesFailed.add()
      throw error
    }
  }

  async #put(change: Change): Promise<void> {
    const bytes = this.#expanded(change.snapshot)
    if (!bytes) return
    this.#written = bytes
    await this.#rendering?.output.put(bytes)
  }

  /** One part of a reload: what fails of it is counted, and a refused config is taken away again. */
  async #reloading<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#meters.reloadsFailed.add()
      this.#meters.lastSuccessful.set(0)
      if (this.#told.wasRefused()) await this.#rendering?.output.restore()
      throw error
    }
  }

  #succeeded(evidence: string | void): string | void {
    this.#rendering?.output.confirm()
    this.#meters.lastSuccessful.set(1)
    this.#meters.lastSuccess.set(Date.now() / 1000)
    return evidence
  }

  /** As the loop wants it. */
  get reaction(): AnyReaction {
    const inner = this.#told.reaction
    const { name } = inner
    return {
      name,
      check: (snapshot: Snapshot) => {
        this.#meters.applies.add()
        return this.#counted(() => void this.#expanded(snapshot))
      },
      apply: async (change: Change, context: ReactionContext): Promise<unknown> => {
        const where = { reaction: name, stage: 'apply', revision: change.snapshot.revision } as const
        await inContext(where, () => this.#counted(() => this.#put(change)))
        this.#meters.reloads.add()
        return this.#reloading<unknown>(() => inner.apply(change, context))
      },
      verify: async (receipt: unknown, context: ReactionContext) =>
        this.#succeeded(await this.#reloading(() => inner.verify?.(receipt, context))),
    }
  }
}
