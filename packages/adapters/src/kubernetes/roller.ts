import { ReactionError, type ReactionContext } from '@hotmount/core'
import type { Where } from '../process/target-error.js'
import { amend } from './amend.js'
import { ApiError } from './api-error.js'
import { decide, type Decision, readHistory, recent, type Standing, writeHistory } from './digest-history.js'
import { LateClient } from './late-client.js'
import type { Workload } from './objects.js'
import { type Progress, progressOf } from './progress.js'
import type { Patch } from './queries.js'
import type { RolloutSettings } from './rollout-options.js'
import { ownPodName, workloadOf, type WorkloadRef, wordsOf } from './workload-ref.js'

/** What an apply leaves for its verify. */
export interface Rolled {
  readonly how: 'written' | 'there' | 'behind' | 'started with it'
  readonly digest: string
}

const isPassing = ({ retryable, code }: ApiError): boolean => retryable && code !== 'TARGET_FORBIDDEN'

/** Reads and writes the digest of one workload. */
export class Roller {
  readonly #settings: RolloutSettings
  readonly #client: LateClient
  #found: WorkloadRef | undefined

  constructor(settings: RolloutSettings) {
    this.#settings = settings
    this.#client = new LateClient(settings.client)
  }

  /** Whether it is the workload of this very pod. */
  get isOwn(): boolean {
    return this.#settings.named === undefined
  }

  async ref(signal: AbortSignal): Promise<WorkloadRef> {
    if (this.#found) return this.#found
    const client = await this.#client.get()
    const { named, namespace = client.namespace, pod = ownPodName() } = this.#settings
    this.#found = named ? { ...named, namespace } : await workloadOf(client, pod, namespace, signal)
    return this.#found
  }

  async read(signal: AbortSignal): Promise<Workload> {
    const { resource, ...ref } = await this.ref(signal)
    return (await this.#client.get()).get(resource, ref, signal)
  }

  standing({ metadata, spec }: Workload): Standing {
    const { digest, history, rejected } = this.#settings.annotations
    return {
      current: spec?.template?.metadata?.annotations?.[digest],
      history: readHistory(metadata.annotations?.[history]),
      rejected: metadata.annotations?.[rejected],
    }
  }

  /** Undefined: it may roll now. */
  heldFor(workload: Workload, now: number): string | undefined {
    const { limit } = this.#settings
    if (!limit) return undefined
    const count = recent(this.standing(workload).history, limit.withinMs, now)
    return count >= limit.max ? `it was rolled ${count} times within ${limit.words}` : undefined
  }

  /** Rolls to a digest unless another replica has; `isSure`: also away from what another replica has rolled to. */
  async roll(previous: string, next: string, isSure: boolean, signal: AbortSignal): Promise<Decision> {
    return this.#amend(signal, (workload) => {
      const decided = decide(this.standing(workload), previous, next)
      const decision = decided === 'wait' && isSure ? 'write' : decided
      return [decision, decision === 'write' ? this.#patch(workload, next, undefined) : undefined]
    })
  }

  /** Takes `bad` back, and notes it down so that no other replica tries it again. */
  async takeBack(bad: string, good: string, signal: AbortSignal): Promise<Decision> {
    return this.#amend(signal, (workload) => {
      const { current } = this.standing(workload)
      if (current === good) return ['there', undefined]
      return current === bad ? ['write', this.#patch(workload, good, bad)] : ['wait', undefined]
    })
  }

  async #amend(
    signal: AbortSignal,
    choose: (workload: Workload) => readonly [Decision, Patch | undefined],
  ): Promise<Decision> {
    const { resource, ...ref } = await this.ref(signal)
    let decision: Decision = 'there'
    await amend(
      await this.#client.get(),
      resource,
      ref,
      (workload) => {
        const [chosen, patch] = choose(workload)
        decision = chosen
        return patch
      },
      { signal },
    )
    return decision
  }

  #patch(workload: Workload, digest: string, rejected: string | undefined): Patch {
    const names = this.#settings.annotations
    const { history, rejected: before } = this.standing(workload)
    const mark = rejected !== undefined || before !== undefined ? { [names.rejected]: rejected ?? null } : {}
    const annotations = { [names.history]: writeHistory(history, digest, Date.now()), ...mark }
    const template = { metadata: { annotations: { [names.digest]: digest } } }
    return { type: 'merge', body: { metadata: { annotations }, spec: { template } } }
  }

  /** Looks until the rollout of a digest has come to its end, somebody has gone on from it, or there is no time left. */
  async *follow(digest: string, context: ReactionContext): AsyncGenerator<Progress | 'overtaken'> {
    const { clock, signal } = context
    for (;;) {
      try {
        const { resource } = await this.ref(signal)
        const workload = await this.read(signal)
        yield this.standing(workload).current === digest ? progressOf(resource.kind, workload) : 'overtaken'
      } catch (error) {
        signal.throwIfAborted()
        // What rolls does not stop because the API server is away for a moment.
        if (!(error instanceof ApiError) || !isPassing(error)) throw error
        yield { state: 'waiting', for: error.message }
      }
      await clock.sleep(this.#settings.pollMs, signal)
    }
  }

  /** 'deployment/shop', once it is known. */
  get words(): string | undefined {
    return this.#found && wordsOf(this.#found)
  }

  /** An error of one stage, with its place. */
  placed(error: unknown, where: Where): unknown {
    if (!(error instanceof ReactionError) || error.revision !== '') return error
    const code = error.code === 'APPLY_FAILED' && where.stage === 'verify' ? 'VERIFY_FAILED' : error.code
    const { hint, retryable, origin } = error
    return new ReactionError(code, where, error.message, { hint, retryable, origin })
  }
}
