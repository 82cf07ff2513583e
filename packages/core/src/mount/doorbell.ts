import type { Clock } from '../base/clock.js'
import { MountError } from '../base/errors.js'
import { debug } from '../base/log.js'
import { codeOf } from '../base/thrown.js'
import type { Layout } from './layout.js'
import { isSilent, mountPointOf, readMountinfo } from './mountinfo.js'
import { fireAt, type Settle } from './settle.js'
import { openTrigger, type Trigger, watchLimit } from './trigger.js'

/** What a doorbell is told. Times in milliseconds. */
export interface DoorbellOptions {
  readonly path: string
  readonly root: string
  readonly layout: () => Layout
  readonly settle: Settle | undefined
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
  #trigger: Trigger | undefined
  #firstRing: number | undefined
  #lastRing = 0
  #isSettling = false
  #mayRecover = false
  #missed = 0

  constructor(options: DoorbellOptions) {
    this.#options = options
  }

  get watching(): 'events' | 'polling' {
    return this.#trigger?.watching ?? 'polling'
  }
  /** Changes that a resync found and no event had announced. */
  get missed(): number {
    return this.#missed
  }

  async install(): Promise<void> {
    const { pollMs, root } = this.#options
    const isSilentHere = isSilent(mountPointOf(readMountinfo(), root))
    await this.#watch(pollMs ?? (isSilentHere ? fallbackPollMs : undefined))
  }

  /** Starts the safety re-check. */
  startResync(): void {
    if (this.#options.resyncMs !== undefined) void this.#resyncForever(this.#options.resyncMs)
  }

  /** Watches anew: the directory at the path is another one, or its layout has become clear. */
  async reinstall(pollMs: number | undefined = this.#options.pollMs): Promise<void> {
    await this.#trigger?.close()
    if (this.#options.signal.aborted) return
    await this.#watch(pollMs)
    this.#ring()
  }

  async remove(): Promise<void> {
    await this.#trigger?.close()
  }

  // A look that is under way has seen what came before it.
  #ring(): void {
    const { clock, settle, layout, look } = this.#options
    const { quietMs, maxMs } = settle ?? (layout() === 'atomic' ? atomicSettle : plainSettle)
    this.#lastRing = clock.now()
    this.#firstRing ??= this.#lastRing
    if (quietMs === 0 || maxMs === 0) void look()
    else if (!this.#isSettling) void this.#lookOnceSettled({ quietMs, maxMs })
  }

  async #lookOnceSettled(settle: Settle): Promise<void> {
    const { clock, signal, look } = this.#options
    this.#isSettling = true
    try {
      for (let now = clock.now(); ; now = clock.now()) {
        const due = fireAt(this.#firstRing ?? now, this.#lastRing, settle)
        if (due <= now) break
        await clock.sleep(due - now, signal)
      }
    } catch {
      return
    } finally {
      this.#isSettling = false
      this.#firstRing = undefined
    }
    await look()
  }

  async #watch(pollMs: number | undefined): Promise<void> {
    const { path, root, layout, keepAlive, signal } = this.#options
    const ring = (): void => this.#ring()
    const failed = (error: MountError): void => void this.#pollInstead(error)
    const options = { path, root, layout: layout(), keepAlive, ring, failed }
    try {
      this.#trigger = await openTrigger({ ...options, pollMs })
    } catch (thrown) {
      if (pollMs !== undefined) throw unwatchable(path, thrown)
      this.#mayRecover = true
      this.#options.limited(watchLimit(path, thrown))
      this.#trigger = await openTrigger({ ...options, pollMs: fallbackPollMs }).catch((again: unknown) => {
        throw unwatchable(path, again)
      })
    }
    if (signal.aborted) await this.#trigger.close()
  }

  async #pollInstead(error: MountError): Promise<void> {
    this.#options.limited(error)
    await this.reinstall(fallbackPollMs)
  }

  /** Limits are raised and neighbours go away: try again what was refused for want of inotify instances or watches. */
  async #tryEventsAgain(): Promise<void> {
    const { path, root, layout, keepAlive, unlimited } = this.#options
    const ring = (): void => this.#ring()
    const failed = (error: MountError): void => void this.#pollInstead(error)
    const options = { path, root, layout: layout(), keepAlive, ring, failed, pollMs: undefined }
    const trigger = await openTrigger(options).catch(() => undefined)
    if (!trigger) return
    await this.#trigger?.close()
    this.#trigger = trigger
    this.#mayRecover = false
    unlimited()
  }

  async #resyncForever(everyMs: number): Promise<void> {
    const { clock, signal } = this.#options
    while (!signal.aborted) {
      try {
        await clock.sleep(everyMs, signal)
        await this.#resync()
      } catch {
        // Only closing ends the sleep, and a look reports its own trouble.
      }
    }
  }

  async #resync(): Promise<void> {
    const { path, clock, signal, look } = this.#options
    debug('resync %s', path)
    const started = clock.now()
    const isDifferent = await look()
    if (this.#mayRecover) await this.#tryEventsAgain()
    const isStale = this.#trigger?.isStale() === true
    if (isStale) await this.reinstall()
    if (!isDifferent || this.watching !== 'events') return
    if (!isStale) await clock.sleep(graceMs, signal)
    if (this.#lastRing >= started - graceMs && !isStale) return
    this.#missed++
    // A doorbell at another door is mended by now; one that stays silent is not worth waiting for.
    if (!isStale) await this.#pollInstead(watchLimit(path, undefined))
  }
}
