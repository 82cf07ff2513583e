import {
  type AnyReaction,
  type Change,
  ReactionError,
  type ReactionContext,
  type Snapshot,
} from '@hotmount/core'
import { runCheck } from '../process/check.js'
import type { Where } from '../process/target-error.js'
import { holds } from './disk.js'
import type { StageOptions } from './options.js'
import { placeOf, remember } from './placed.js'
import { payloadOf } from './render.js'
import type { StagingArea } from './staging-area.js'
import { onDisk } from './trouble.js'

/** What follows a publication: a reaction, or a function that makes one for a directory. */
export type Follow = AnyReaction | ((directory: string) => AnyReaction)

/** What was published, and what came of the reaction that follows. */
export interface StageReceipt {
  /** Name of the directory of the revision, below `into`. */
  readonly revision: string
  /** What was published before; undefined for a rollback. */
  readonly before: string | undefined
  /** Whether the reaction that follows ran. */
  readonly hasRun: boolean
  readonly inner: unknown
}

/** What a check may take. */
export const checkTimeoutMs = 30_000

/** The stages of `stage`, one by one. */
export class Staging {
  readonly name: string
  readonly #area: StagingArea
  readonly #options: StageOptions
  readonly #then: Follow | undefined
  #live: AnyReaction | undefined
  /** The snapshot that the reaction that follows was last told of: only then is there anything of it to undo. */
  #begun: Snapshot | undefined
  /** Good ones, since which it was told of another: while one of them is the good one still, not all is proven. */
  readonly #begunSince = new WeakSet<Snapshot>()

  constructor(area: StagingArea, options: StageOptions, then: Follow | undefined) {
    this.name = `stage ${area.into}`
    this.#area = area
    this.#options = options
    this.#then = then
  }

  where(stage: Where['stage'], snapshot: Snapshot): Where {
    return { reaction: this.name, stage, revision: snapshot.revision }
  }

  /**
   * Writes the candidate and has it checked; it is removed when it is refused here. Refused by a later member of a
   * chain, or overtaken during its check, it stays on the disk until the next check or start.
   */
  async check(snapshot: Snapshot, context: ReactionContext): Promise<void> {
    const where = this.where('check', snapshot)
    await onDisk(where, this.#area.into, () => this.#trust(context.change))
    await this.#accept(snapshot, context)
  }

  /** Makes the directory, or mends what an earlier life left of it. */
  recover(snapshot: Snapshot): Promise<void> {
    return onDisk(this.where('check', snapshot), this.#area.into, () => this.#area.recover())
  }

  /** The first publication: no server runs yet, so nothing follows but the checks. */
  async first(snapshot: Snapshot, context: ReactionContext): Promise<void> {
    const before = await this.#area.published()
    const revision = await this.#accept(snapshot, context)
    await this.#publish(revision, before, snapshot, context)
  }

  /** Whether what is published is what would be written for this snapshot. */
  async isPublished(snapshot: Snapshot): Promise<boolean> {
    const where = this.where('check', snapshot)
    const published = await this.#area.published()
    if (published === undefined) return false
    const directory = this.#area.at(published)
    try {
      if (!(await holds(directory, await payloadOf(snapshot, this.#options, directory, where)))) return false
    } catch {
      // What cannot be rendered is not what was published.
      return false
    }
    remember(snapshot, this.#area.into, published)
    return true
  }

  async apply(change: Change, context: ReactionContext): Promise<StageReceipt> {
    const where = this.where('apply', change.snapshot)
    const revision = placeOf(change.snapshot, this.#area.into)
    if (revision === undefined || !(await this.#area.exists(revision)))
      throw new ReactionError('APPLY_FAILED', where, `${this.name}: the candidate is gone`, {
        retryable: true,
      })
    const before = await this.#area.published()
    await this.#publish(revision, before, change.snapshot, context)
    return this.#orBack(where, before, async () => {
      const ran = await this.#run(change, context, (then) => then.apply(change, context))
      return { revision, before, ...ran }
    })
  }

  async verify(receipt: StageReceipt, context: ReactionContext): Promise<string> {
    const where = this.where('verify', context.change.snapshot)
    const { revision, before, hasRun, inner } = receipt
    return this.#orBack(where, before, async () => {
      if ((await this.#area.published()) !== revision)
        throw new ReactionError(
          'VERIFY_FAILED',
          where,
          `${this.name}: ${revision} is not what is published`,
          {
            hint: 'is there a second writer? A staging directory has one',
            retryable: true,
          },
        )
      const then = hasRun ? this.#follower() : undefined
      const seen: unknown = await then?.verify?.(inner, context)
      context.signal.throwIfAborted()
      await onDisk(where, this.#area.into, () => this.#area.confirm(revision))
      // Of a way back. Of a way on, a later member of a chain may still fail: then the good one is the same. And late,
      // it proves nothing: the loop has given it up meanwhile.
      if (!context.signal.aborted) this.#begunSince.delete(context.change.snapshot)
      return `published as ${revision}${typeof seen === 'string' ? `; ${seen}` : ''}`
    })
  }

  /** The last good revision is published again, and what follows is told so if it was told of the other one. */
  async rollback(good: Snapshot, context: ReactionContext): Promise<StageReceipt> {
    const where = this.where('apply', good)
    const known = placeOf(good, this.#area.into)
    const isThere = known !== undefined && (await this.#area.isWhole(known))
    const revision = isThere ? known : await this.#write(good, where, context.signal)
    remember(good, this.#area.into, revision)
    await onDisk(where, this.#area.into, () => this.#area.publish(revision))
    const { change } = context
    const isTold = this.#begun !== undefined && this.#begun === change.previous
    if (!isTold && !this.#isInDoubt(change))
      return { revision, before: undefined, hasRun: false, inner: undefined }
    const ran = await this.#run(change, context, (then) =>
      then.rollback ? then.rollback(good, context) : then.apply(change, context),
    )
    return { revision, before: undefined, ...ran }
  }

  /** Writes the candidate and has it judged; its name. */
  async #accept(snapshot: Snapshot, context: ReactionContext): Promise<string> {
    const where = this.where('check', snapshot)
    const candidate = await this.#write(snapshot, where, context.signal)
    try {
      await this.#ask(candidate, snapshot, context)
    } catch (error) {
      await onDisk(where, this.#area.into, () => this.#area.discard())
      throw error
    }
    remember(snapshot, this.#area.into, candidate)
    return candidate
  }

  /** Publishes; what a reaction that was not made for a directory refuses there is taken back before anything runs. */
  async #publish(
    revision: string,
    before: string | undefined,
    snapshot: Snapshot,
    context: ReactionContext,
  ): Promise<void> {
    const { into } = this.#area
    const where = this.where('apply', snapshot)
    try {
      await onDisk(where, into, () => this.#area.publish(revision))
      if (typeof this.#then === 'object' && this.#wants(context.change))
        await this.#then.check?.(snapshot, context)
      context.signal.throwIfAborted()
    } catch (error) {
      await onDisk(where, into, () => this.#area.takeBack(before))
      throw error
    }
  }

  /** Has a candidate refused or let pass by the command and the reaction that look at its directory. */
  async #ask(candidate: string, snapshot: Snapshot, context: ReactionContext): Promise<void> {
    const directory = this.#area.at(candidate)
    const argv = this.#options.check?.(directory)
    if (argv) await runCheck(this.name, { argv, timeoutMs: checkTimeoutMs }, snapshot, context)
    if (typeof this.#then !== 'function') return
    const then = this.#then(directory)
    const { change } = context
    if (this.#isInDoubt(change) || (then.wants?.(change) ?? true)) await then.check?.(snapshot, context)
  }

  #write(snapshot: Snapshot, where: Where, signal: AbortSignal): Promise<string> {
    const make = (directory: string) => payloadOf(snapshot, this.#options, directory, where)
    return onDisk(where, this.#area.into, () => this.#area.prepare(make, signal))
  }

  /** The loop says that what is published runs and is good: the first revision of all is proven by that. */
  async #trust({ previous }: Change): Promise<void> {
    await this.#area.recover()
    const published = await this.#area.published()
    const isGood = published !== undefined && placeOf(previous, this.#area.into) === published
    if (isGood && (await this.#area.verified()) === undefined) await this.#area.confirm(published)
  }

  /** Work that, when it fails, leaves the files of before: a server that starts just then must find them. */
  async #orBack<T>(where: Where, before: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (before !== undefined) await onDisk(where, this.#area.into, () => this.#area.takeBack(before))
      throw error
    }
  }

  #follower(): AnyReaction | undefined {
    if (typeof this.#then !== 'function') return this.#then
    return (this.#live ??= this.#then(this.#area.live))
  }

  /** In doubt, it is not asked: one that compares values sees none on the way back. */
  #wants(change: Change): boolean {
    return this.#isInDoubt(change) || (this.#follower()?.wants?.(change) ?? true)
  }
  #isInDoubt({ previous, snapshot }: Change): boolean {
    return this.#begunSince.has(previous) || this.#begunSince.has(snapshot)
  }

  async #run(
    change: Change,
    { signal }: ReactionContext,
    work: (then: AnyReaction) => unknown,
  ): Promise<{ hasRun: boolean; inner: unknown }> {
    const then = this.#follower()
    if (!then || !this.#wants(change)) return { hasRun: false, inner: undefined }
    signal.throwIfAborted()
    this.#begun = change.snapshot
    this.#begunSince.add(change.previous)
    const inner = await work(then)
    // It may not have listened: what nobody waits for any more is not proven, and must not stay published.
    signal.throwIfAborted()
    return { hasRun: true, inner }
  }
}
