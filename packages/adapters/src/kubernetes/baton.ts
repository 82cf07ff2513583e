import { type Clock, type ReactionContext, ReactionError } from '@hotmount/core'
import { hasStatus, isConflict } from './api-error.js'
import { type BatonSettings, podIn } from './baton-options.js'
import {
  readTried,
  stoppedBy,
  type Tried,
  triedAnnotation,
  triedOf,
  withFailed,
  withVerified,
} from './baton-record.js'
import type { KubeClient } from './client.js'
import { LateClient } from './late-client.js'
import { acquireLease } from './lease.js'
import type { Held } from './lease-settings.js'
import type { LeaseObject } from './objects.js'
import { resources } from './resources.js'
import { type Runner, Turn } from './turn.js'

/** A stage follows the one before at once. Where none does, nobody needs the baton any more. */
const idleMs = 2000
const giveMs = 1000
const mostTries = 8

/** The Lease that goes from replica to replica, and what it says of configs that were tried. */
export class Baton {
  readonly #settings: BatonSettings
  readonly #client: LateClient
  #held: Held | undefined
  #giving: Promise<void> = Promise.resolve()
  #idle: AbortController | undefined

  constructor(settings: BatonSettings) {
    this.#settings = settings
    this.#client = new LateClient(settings.client)
  }

  /** Undefined while it is not ours. */
  get held(): Held | undefined {
    return this.#held?.isHeld === true ? this.#held : undefined
  }

  /** Waits for it; false: there is something newer to do. @throws ReactionError */
  async take(runner: Runner): Promise<boolean> {
    this.busy()
    const { context, isPast } = runner
    const turn = new Turn(context, isPast, this.#settings.waitMs)
    let seen = 'no API server has answered'
    try {
      // What is still being given back must not be ours meanwhile.
      await turn.unlessOver(this.#giving)
      const client = await this.#client.get()
      if (!this.held) {
        const holder = await this.#lookFirst(client, runner, turn.signal)
        seen = holder === '' ? 'others were faster' : `it is with ${podIn(holder)}`
        const { clock } = context
        let isTold = false
        const onWait = (by: string): void => {
          seen = `it is with ${podIn(by)}`
          if (!isTold) this.#settings.onWait?.(podIn(by), runner.revision)
          isTold = true
        }
        const { signal } = turn
        this.#held = await acquireLease(client, { ...this.#settings.lease, clock, signal, onWait })
      }
      // What became of it may have been written since.
      this.#refuseStopped(await this.#look(client, turn.signal), runner)
      if (this.held) return true
      seen = 'it was lost again'
    } catch (error) {
      await this.giveBack(context.clock)
      context.signal.throwIfAborted()
      if (isPast() && turn.signal.aborted) return false
      if (!turn.signal.aborted) throw this.#placed(error, runner)
    } finally {
      turn.end()
    }
    throw this.#outOfTime(runner, seen)
  }

  /** Somebody is at work with it. */
  busy(): void {
    this.#idle?.abort()
    this.#idle = undefined
  }

  /**
   * Gives it back unless a stage follows soon: of a check that is superseded nobody hears. At once when the stage that
   * this is part of is ended meanwhile, as by a loop that is closed.
   */
  rest({ clock, signal }: Pick<ReactionContext, 'clock' | 'signal'>): void {
    this.busy()
    const idle = new AbortController()
    this.#idle = idle
    const giveBack = (): void => {
      if (!idle.signal.aborted) void this.giveBack(clock)
    }
    signal.addEventListener('abort', giveBack, { once: true, signal: idle.signal })
    clock.sleep(idleMs, idle.signal).then(giveBack, () => undefined)
  }

  /** Gives it back. An API server that is away is not waited for: then it runs out. */
  async giveBack(clock: Clock): Promise<void> {
    this.busy()
    if (this.#held) this.#giving = this.#held.release()
    this.#held = undefined
    const over = new AbortController()
    await Promise.race([this.#giving, clock.sleep(giveMs, over.signal).catch(() => undefined)])
    over.abort()
  }

  /** Notes down that a config was proven; resolves with how many had proven it before. */
  async verified(digest: string): Promise<number | undefined> {
    let before = 0
    const { identity } = this.#settings.lease
    const isWritten = await this.#note((tried) => {
      before = triedOf(tried, digest).verified.filter((by) => by !== identity).length
      return withVerified(tried, digest, identity)
    })
    return isWritten ? before : undefined
  }

  /** Notes down that a config was applied and not proven: nobody else tries it. */
  async failed(digest: string, code: string): Promise<void> {
    await this.#note((tried) => withFailed(tried, digest, this.#settings.lease.identity, code))
  }

  /** By an update, as the Lease itself is taken: there is no right for this alone that could be missing. */
  async #note(next: (tried: readonly Tried[]) => string): Promise<boolean> {
    const { held } = this
    if (!held) return false
    const { name, namespace, identity } = this.#settings.lease
    const { signal } = held
    try {
      const client = await this.#client.get()
      for (let tries = 1; ; tries++) {
        const lease = await client.get(resources.leases, { name, namespace }, signal)
        if (lease.spec?.holderIdentity !== identity) return false
        const { annotations } = lease.metadata
        const noted = { ...annotations, [triedAnnotation]: next(readTried(annotations?.[triedAnnotation])) }
        const metadata = { ...lease.metadata, annotations: noted }
        try {
          await client.update(resources.leases, { ...lease, metadata }, { signal })
          return true
        } catch (error) {
          // Our own renewal, as a rule.
          if (!isConflict(error) || tries >= mostTries) throw error
        }
      }
    } catch {
      // Not written, the next one tries it as the first did: alone.
      return false
    }
  }

  async #look(client: KubeClient, signal: AbortSignal): Promise<LeaseObject | undefined> {
    const { name, namespace } = this.#settings.lease
    try {
      return await client.get(resources.leases, { name, namespace }, signal)
    } catch (error) {
      if (hasStatus(error, 404)) return undefined
      throw error
    }
  }

  #refuseStopped(lease: LeaseObject | void, { reaction, stage, revision, digest }: Runner): void {
    const { name, identity } = this.#settings.lease
    const failed = stoppedBy(readTried(lease?.metadata.annotations?.[triedAnnotation]), digest, identity)
    if (!failed) return
    throw new ReactionError(
      'CHECK_FAILED',
      { reaction, stage, revision },
      `${reaction}: held: ${podIn(failed.by)} has applied this config and failed (${failed.code})`,
      {
        hint: `see why there, and mend the config; to have it tried again as it is: kubectl annotate lease ${name} ${triedAnnotation}-`,
        retryable: true,
      },
    )
  }

  /** Who has it; a config that is stopped is refused before anybody waits. */
  async #lookFirst(client: KubeClient, runner: Runner, signal: AbortSignal): Promise<string> {
    const lease = await this.#look(client, signal)
    this.#refuseStopped(lease, runner)
    return lease?.spec?.holderIdentity ?? ''
  }

  #outOfTime({ reaction, stage, revision, context }: Runner, seen: string): ReactionError {
    const { lease, waitMs } = this.#settings
    return new ReactionError(
      'TIMED_OUT',
      { reaction, stage, revision },
      `${reaction}: its turn has not come within ${Math.min(waitMs, context.timeoutMs)} ms: ${seen}`,
      {
        hint: `the old config goes on; see: kubectl describe lease ${lease.name}. Give the loop a longer \`timeout\` if the others need it`,
        retryable: true,
      },
    )
  }

  #placed(error: unknown, { reaction, stage, revision }: Runner): unknown {
    if (!(error instanceof ReactionError) || error.revision !== '') return error
    const { code, message, hint, retryable, origin } = error
    const where = { reaction, stage, revision }
    return new ReactionError(code, where, `${reaction}: ${message}`, { hint, retryable, origin })
  }
}
