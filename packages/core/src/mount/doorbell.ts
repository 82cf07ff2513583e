import type { Clock } from '../base/clock.js'
import { MountError } from '../base/errors.js'
import { debug } from '../base/log.js'
import { codeOf } from '../base/thrown.js'
import type { Layout } from './layout.js'
import { joinResyncs } from './resyncs.js'
import type { Settle } from './settle.js'
import { Settler } from './settler.js'
import { openTrigger, type Trigger, watchLimit } from './trigger.js'

/** What a doorbell is told. Times in milliseconds. */
export interface DoorbellOptions {
  readonly path: string
  readonly root: string
  readonly layout: () => Layout
  readonly revision: () => string | undefined
  readonly settle: Settle | undefined
  /** No event tells of changes made elsewhere. */
  readonly isSilent: boolean
  readonly pollMs: number | undefined
  readonly resyncMs: number | undefined
  readonly keepAlive: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Somebody is at the door: go and look. Resolves with whether something was different. */
  readonly look: () => Promise<boolean>
  /** Events became impossible, and polling has begun. */
  readonly limited: (error: MountError) => void
  /** Events work again. */
  readonly unlimited: () => void
}

const plainSettle: Settle = { quietMs: 100, maxMs: 1000 }
const atomicSettle: Settle = { quietMs: 0, maxMs: 0 }
const fallbackPollMs = 1000
// An event that was under way while a resync looked is late, not missed.
const graceMs = 250

const unwatchable = (path: string, thrown: unknown): MountError =>
  new MountError(
    'MOUNT_UNREADABLE',
    path,
    `cannot watch ${path}, not even by polling (${codeOf(thrown) ?? 'unknown error'})`,
    {
      hint: 'the process needs read permission on the directory, and its links must not lead in a circle',
      origin: thrown,
    },
  )

/** Decides when to look: rings that have settled, a poll where there are no rings, and a resync tick in any case. */
export class Doorbell {
  readonly #options: DoorbellOptions
  readonly #settler: Settler<boolean>
  #trigger: Trigger | undefined
  #installed = Promise.resolve()
  #endResync: (() => void) | undefined
  #settleTime = atomicSettle
  #lastRing = 0
  #mayRecover = false
  #missed = 0
  #isDeaf = false

  constructor(options: DoorbellOptions) {
    this.#options = options
    this.#settler = new Settler(options.clock, options.signal, options.look)
  }

  get watching(): 'events' | 'polling' {
    return this.#trigger?.watching ?? 'polling'
  }
  /** The watch failed and could not be put up again. */
  get isDeaf(): boolean {
    return this.#isDeaf
  }
  /** Changes that a resync found and no event had announced. */
  get missed(): number {
    return this.#missed
  }

  /** Also where no event tells of changes, there is something to wait for. */
  get #usualPollMs(): number | undefined {
    const { pollMs, isSilent } = this.#options
    return pollMs ?? (isSilent ? fallbackPollMs : undefined)
  }

  /** @throws MountError MOUNT_UNREADABLE */
  async install(): Promise<void> {
    await this.#watch(this.#usualPollMs)
  }

  /** Starts the safety re-check. */
  startResync(): void {
    const { clock, resyncMs, signal } = this.#options
    if (resyncMs === undefined || signal.aborted) return
    this.#endResync = joinResyncs(clock, resyncMs, () => this.#resync())
  }

  /** Watches anew: the directory at the path is another one, or its layout has become clear. */
  reinstall(pollMs: number | undefined = this.#usualPollMs): Promise<void> {
    return this.#inTurn(() => this.#reinstall(pollMs))
  }

  /** One after the other: of two at once each would put up a trigger, and one of them ring for ever. */
  #inTurn(install: () => Promise<void>): Promise<void> {
    this.#installed = this.#installed.then(install, install)
    return this.#installed
  }

  async #reinstall(pollMs: number | undefined): Promise<void> {
    await this.#trigger?.close()
    try {
      await this.#watch(pollMs)
      this.#isDeaf = false
    } catch (thrown) {
      this.#isDeaf = true
      // The resync goes on looking, and tries again.
      if (thrown instanceof MountError) this.#options.limited(thrown)
    }
    void this.#settle()
  }

  async remove(): Promise<void> {
    this.#endResync?.()
    await this.#trigger?.close()
  }

  readonly #ring = (): void => {
    this.#lastRing = this.#options.clock.now()
    void this.#settle()
  }

  #settle(): Promise<boolean | undefined> {
    return this.#settler.ring(this.#settleTime)
  }

  /** Opens a trigger; closes it again when the mount was closed meanwhile. */
  async #open(pollMs: number | undefined): Promise<Trigger> {
    const { path, root, revision, settle, keepAlive, signal } = this.#options
    const layout = this.#options.layout()
    this.#settleTime = settle ?? (layout === 'atomic' ? atomicSettle : plainSettle)
    const failed = (thrown: unknown): void => void this.#pollInstead(watchLimit(path, thrown))
    const how = { path, root, layout, revision, keepAlive, pollMs, ring: this.#ring, failed }
    const trigger = await openTrigger(how)
    if (signal.aborted) await trigger.close()
    return trigger
  }

  async #watch(pollMs: number | undefined): Promise<void> {
    const { path, signal, limited } = this.#options
    if (signal.aborted) return
    try {
      this.#trigger = await this.#open(pollMs)
    } catch (thrown) {
      if (pollMs !== undefined) throw unwatchable(path, thrown)
      this.#mayRecover = true
      limited(watchLimit(path, thrown))
      this.#trigger = await this.#open(fallbackPollMs).catch((again: unknown) => {
        throw unwatchable(path, again)
      })
    }
  }

  async #pollInstead(error: MountError): Promise<void> {
    if (this.#options.signal.aborted) return
    this.#options.limited(error)
    await this.reinstall(fallbackPollMs)
  }

  /** Limits are raised and neighbours go away: try again what was refused for want of inotify instances or watches. */
  async #tryEventsAgain(): Promise<void> {
    const trigger = await this.#open(undefined).catch(() => undefined)
    if (!trigger || this.#options.signal.aborted) return
    await this.#trigger?.close()
    this.#trigger = trigger
    this.#mayRecover = false
    this.#options.unlimited()
    // What came while one doorbell was taken down and the other put up.
    void this.#settle()
  }

  async #resync(): Promise<void> {
    const { path, clock, signal } = this.#options
    debug?.('resync %s', path)
    const started = clock.now()
    // Settled too: an ordinary file may have been truncated a moment ago.
    const isDifferent = await this.#settle()
    if (this.#mayRecover) await this.#inTurn(() => this.#tryEventsAgain())
    const isStale = this.#isDeaf || this.#trigger?.isStale() === true
    if (isStale) await this.reinstall()
    if (isDifferent !== true || this.watching !== 'events') return
    if (!isStale) await clock.sleep(graceMs, signal)
    if (this.#lastRing >= started - graceMs && !isStale) return
    this.#missed++
    // A doorbell at another door is mended by now; one that stays silent is not worth waiting for.
    if (!isStale) await this.#pollInstead(watchLimit(path, undefined))
  }
}
