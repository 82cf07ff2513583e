import { backgroundClock, type Clock, systemClock } from '../base/clock.js'
import { MountError } from '../base/errors.js'
import { warnOfFailure } from '../base/thrown.js'
import { Doorbell } from './doorbell.js'
import { isRevisionName, type Layout } from './layout.js'
import { Links } from './links.js'
import { Looks } from './looks.js'
import type { MountHealth } from './mount.js'
import { ObservedMount } from './observed.js'
import type { MountPlan } from './plan.js'
import { readRevision } from './read.js'
import { publishedAtOf, publishedRevision, type Revision } from './revision.js'
import type { Entries } from './snapshot.js'
import { Troubles } from './troubles.js'

const nothingNew = Promise.resolve(false)

/** One mount: the doorbell rings, a look reads one revision, and what differs is published. */
export class LiveMount extends ObservedMount {
  readonly #plan: MountPlan
  readonly #doorbell: Doorbell
  readonly #links: Links
  readonly #troubles = new Troubles(backgroundClock, (event, error) => {
    if (!this.signal.aborted) this.emit(event, error)
  })
  readonly #looks = new Looks({
    isQuiet: () => this.#isQuiet(),
    lookOnce: () => this.#lookOnce(),
    changes: () => this.changeCount,
  })
  #layout: Layout
  #seenRevision: string | undefined
  #published: string | undefined
  #wasRung = false
  #isRetrying = false
  #lastCheckAt = 0

  constructor(plan: MountPlan) {
    super()
    this.#plan = plan
    this.#layout = plan.location.layout
    this.#links = new Links(plan.location.root, this.signal)
    const { path, settle, isSilent, pollMs, resyncMs, keepAlive } = plan
    this.#doorbell = new Doorbell({
      // Spreading the plan here takes 5 kB.
      path,
      settle,
      isSilent,
      pollMs,
      resyncMs,
      keepAlive,
      root: plan.location.root,
      layout: () => this.#layout,
      revision: () => this.#seenRevision,
      clock: backgroundClock,
      signal: this.signal,
      look: () => this.look(),
      limited: (error) => this.#troubles.begin(error),
      unlimited: () => this.#troubles.end('WATCH_LIMIT'),
    })
  }

  get path(): string {
    return this.#plan.path
  }
  get layout(): Layout {
    return this.#layout
  }
  get health(): MountHealth {
    return {
      watching: this.#doorbell.watching,
      detached: this.#troubles.has('MOUNT_DETACHED'),
      changes: this.changeCount,
      missedEvents: this.#doorbell.missed,
      lastCheckAt: new Date(this.#lastCheckAt),
      resyncMs: this.#plan.resyncMs,
      deaf: this.#doorbell.isDeaf,
      troubles: this.#troubles.now,
      troubledSince: this.#troubles.since,
    }
  }

  /** Reads the first revision and starts watching. @throws MountError */
  async open(): Promise<this> {
    try {
      // The doorbell comes first: a swap between reading and watching would be seen by nobody.
      await this.#doorbell.install()
      const revision = await this.#read(new Map())
      await this.#linksOf(revision)
      this.#lastCheckAt = backgroundClock.now()
      this.#seenRevision = revision.name
      this.#layout = revision.layout
      this.#publish(revision)
    } catch (thrown) {
      await this.close()
      throw thrown
    }
    // It has become atomic meanwhile: the doorbell of an ordinary directory hears no swap.
    if (this.#layout !== this.#plan.location.layout) await this.#doorbell.reinstall()
    if (this.#wasRung) await this.look()
    this.#troubles.startTelling()
    this.#doorbell.startResync()
    return this
  }

  protected override look(): Promise<boolean> {
    if (this.#lastCheckAt > 0) return this.#looks.ask()
    // While it is being opened there is nothing to compare with: open() looks again.
    this.#wasRung = true
    return nothingNew
  }

  /** One look. At once where the mount is quickly read and nothing else is to be done; else a promise. */
  #lookOnce(): Promise<void> | undefined {
    this.#lastCheckAt = backgroundClock.now()
    try {
      const revision = this.#read(this.latest.entries)
      const isSimple = this.#layout === 'atomic' && this.#troubles.isNone
      if (!('entries' in revision) || !isSimple || !this.#links.areThose(revision.keys))
        return this.#lookOn(revision)
      this.#accept(revision)
    } catch (thrown) {
      this.#fail(thrown)
    }
    return undefined
  }

  async #lookOn(reading: Revision | Promise<Revision>): Promise<void> {
    try {
      const revision = await reading
      await this.#linksOf(revision)
      if (!this.signal.aborted) await this.#take(revision)
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  #fail(thrown: unknown): void {
    if (this.signal.aborted) return
    if (!(thrown instanceof MountError)) {
      warnOfFailure(`a look at ${this.path}`, thrown)
      return
    }
    this.#troubles.begin(thrown)
    if (thrown.retryable && !this.#isRetrying) void this.#retry()
  }

  /** One readlink tells where names are never used twice; all else has to be read. */
  #isQuiet(): boolean {
    if (this.signal.aborted) return true
    if (this.#layout !== 'atomic' || !(this.#troubles.isNone || this.#troubles.ofReading.length === 0))
      return false
    // Other writers may go to and fro between two directories.
    if (!isRevisionName(this.#seenRevision ?? '')) return false
    this.#published = publishedRevision(this.#plan.location.root)
    if (this.#published !== this.#seenRevision) return false
    this.#lastCheckAt = backgroundClock.now()
    return true
  }

  /** Who still waits for the mount to open must not lose the process meanwhile. */
  get #clock(): Clock {
    return this.#lastCheckAt === 0 ? systemClock : backgroundClock
  }

  #read(known: Entries): Revision | Promise<Revision> {
    const { path, location, selects, maxBytes, isExact } = this.#plan
    const { root } = location
    const published = this.#published
    // Known for the read that follows at once, and for no later one.
    this.#published = undefined
    const layout = this.#layout
    const clock = this.#clock
    const signal = this.signal
    return readRevision({ path, root, layout, selects, maxBytes, isExact, published, known, clock, signal })
  }

  /** Who is told of a change may read by path. */
  async #linksOf({ layout, name, keys }: Revision): Promise<void> {
    if (layout !== 'atomic' || this.#links.areThose(keys)) return
    const { root } = this.#plan.location
    await this.#links.inPlace(keys, () => publishedRevision(root) === name, this.#clock)
  }

  #accept(revision: Revision): void {
    this.#seenRevision = revision.name
    this.#layout = revision.layout
    const hadTroubles = !this.#troubles.isNone
    if (hadTroubles) for (const code of this.#troubles.ofReading) this.#troubles.end(code)
    if (revision.keys.length === 0 && this.#plan.holdsEmptied && this.latest.size > 0) this.#hold()
    else {
      if (hadTroubles) this.#troubles.end('MOUNT_EMPTIED')
      this.#publish(revision)
    }
  }

  async #take(revision: Revision): Promise<void> {
    const wasPlain = this.#layout === 'plain'
    const wasGone = this.#troubles.has('MOUNT_DETACHED') || this.#troubles.has('MOUNT_MISSING')
    this.#accept(revision)
    // The doorbell hangs at the directory that was, or was chosen for another layout.
    if (wasGone || (wasPlain && this.#layout === 'atomic')) await this.#doorbell.reinstall()
  }

  #publish({ entries, name }: Revision): void {
    const { root } = this.#plan.location
    const publishedAt = name === undefined ? undefined : () => publishedAtOf(root, name)
    this.publish({ entries, revision: name, takenAt: this.#lastCheckAt, publishedAt })
  }

  #hold(): void {
    const message = `every key of ${this.path} vanished at once; the last snapshot stays`
    const hint =
      "the ConfigMap or Secret was probably deleted: create it again, or pass emptied: 'accept' if that is meant"
    this.#troubles.begin(new MountError('MOUNT_EMPTIED', this.path, message, { hint }))
  }

  /** No event announces that a permission was mended or that a writer has paused. */
  async #retry(): Promise<void> {
    this.#isRetrying = true
    try {
      for (let ms = 250; this.#troubles.ofReading.length > 0; ms = Math.min(ms * 2, 30_000)) {
        await backgroundClock.sleep(ms, this.signal)
        await this.look()
      }
    } catch {
      // Closed meanwhile.
    } finally {
      this.#isRetrying = false
    }
  }

  protected override async release(): Promise<void> {
    await this.#doorbell.remove()
    await this.#looks.current
  }
}
