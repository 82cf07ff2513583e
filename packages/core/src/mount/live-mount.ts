import { backgroundClock, systemClock } from '../base/clock.js'
import { MountError } from '../base/errors.js'
import { warnOfFailure } from '../base/thrown.js'
import { Doorbell } from './doorbell.js'
import type { Layout } from './layout.js'
import { linkNames, linksInPlace } from './links.js'
import type { Location } from './locate.js'
import type { MountHealth } from './mount.js'
import { ObservedMount } from './observed.js'
import { readRevision, type Revision, revisionOf } from './read.js'
import type { Settle } from './settle.js'
import type { Entries, Key } from './snapshot.js'
import { Troubles } from './troubles.js'

/** Options of one mount, all decided. Times in milliseconds. */
export interface MountPlan {
  readonly path: string
  readonly location: Location
  readonly selects: (key: Key) => boolean
  readonly settle: Settle | undefined
  readonly resyncMs: number | undefined
  readonly pollMs: number | undefined
  readonly maxBytes: number
  readonly holdsEmptied: boolean
  readonly keepAlive: boolean
}

/** The name of what is published; undefined where that cannot be told. */
const publishedRevision = (root: string): string | undefined => {
  try {
    return revisionOf(root)
  } catch {
    return undefined
  }
}

/** One mount: the doorbell rings, a look reads one revision, and what differs is published. */
export class LiveMount extends ObservedMount {
  readonly #plan: MountPlan
  readonly #doorbell: Doorbell
  readonly #troubles = new Troubles(backgroundClock, (event, error) => {
    if (!this.signal.aborted) this.emit(event, error)
  })
  #layout: Layout
  #seenRevision: string | undefined
  #links: ReadonlySet<string> = new Set()
  #looking: Promise<boolean> | undefined
  #lookAgain = false
  #isRetrying = false
  #lastCheckAt = 0

  constructor(plan: MountPlan) {
    super()
    this.#plan = plan
    this.#layout = plan.location.layout
    this.#doorbell = new Doorbell({
      ...plan,
      root: plan.location.root,
      layout: () => this.#layout,
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
    if (this.#lookAgain) await this.look()
    this.#troubles.startTelling()
    this.#doorbell.startResync()
    return this
  }

  /** One look at a time; a ring during one means one more. */
  protected override look(): Promise<boolean> {
    this.#lookAgain = true
    // While it is being opened there is nothing to compare with: open() looks again when it has been rung.
    if (this.#lastCheckAt === 0 || this.signal.aborted) return Promise.resolve(false)
    this.#looking ??= this.#lookUntilQuiet()
    return this.#looking
  }

  async #lookUntilQuiet(): Promise<boolean> {
    const before = this.changeCount
    // A microtask later, so that #looking is set before the first look publishes anything.
    await Promise.resolve()
    try {
      while (this.#lookAgain && !this.signal.aborted) {
        this.#lookAgain = false
        await this.#lookOnce()
      }
    } finally {
      // In the same turn as the last test of #lookAgain: a look asked for from here on is a new one.
      this.#looking = undefined
    }
    return this.changeCount > before
  }

  async #lookOnce(): Promise<void> {
    this.#lastCheckAt = backgroundClock.now()
    if (this.#troubles.ofReading.length === 0 && this.#isCurrent()) return
    try {
      const revision = await this.#read(this.latest.entries)
      await this.#linksOf(revision)
      if (!this.signal.aborted) await this.#take(revision)
    } catch (thrown) {
      if (this.signal.aborted) return
      if (!(thrown instanceof MountError)) {
        warnOfFailure(`a look at ${this.path}`, thrown)
        return
      }
      this.#troubles.begin(thrown)
      if (thrown.retryable && !this.#isRetrying) void this.#retry()
    }
  }

  /** One readlink tells; ordinary directories and files have to be read. */
  #isCurrent(): boolean {
    return this.#layout === 'atomic' && publishedRevision(this.#plan.location.root) === this.#seenRevision
  }

  #read(known: Entries): Promise<Revision> {
    const { path, location, selects, maxBytes } = this.#plan
    // Who still waits for the mount to open must not lose the process meanwhile.
    const clock = this.#lastCheckAt === 0 ? systemClock : backgroundClock
    const { root } = location
    return readRevision({
      path,
      root,
      layout: this.#layout,
      selects,
      maxBytes,
      known,
      clock,
      signal: this.signal,
    })
  }

  /** Who is told of a change may read by path. */
  async #linksOf({ layout, name, keys }: Revision): Promise<void> {
    if (layout !== 'atomic') return
    const { root } = this.#plan.location
    const clock = this.#lastCheckAt === 0 ? systemClock : backgroundClock
    const now = linkNames(keys)
    const isCurrent = (): boolean => publishedRevision(root) === name
    const before = this.#links
    this.#links = await linksInPlace({ root, before, now, isCurrent, clock, signal: this.signal })
  }

  async #take(revision: Revision): Promise<void> {
    const wasPlain = this.#layout === 'plain'
    const wasGone = this.#troubles.has('MOUNT_DETACHED') || this.#troubles.has('MOUNT_MISSING')
    this.#seenRevision = revision.name
    this.#layout = revision.layout
    for (const code of this.#troubles.ofReading) this.#troubles.end(code)
    if (revision.keys.length === 0 && this.#plan.holdsEmptied && this.latest.size > 0) this.#hold()
    else {
      this.#troubles.end('MOUNT_EMPTIED')
      this.#publish(revision)
    }
    // The doorbell hangs at the directory that was, or was chosen for another layout.
    if (wasGone || (wasPlain && this.#layout === 'atomic')) await this.#doorbell.reinstall()
  }

  #publish({ entries, name, publishedAt }: Revision): void {
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
    await this.#looking
  }
}
