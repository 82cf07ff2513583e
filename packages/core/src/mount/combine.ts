import { backgroundClock } from '../base/clock.js'
import { UsageError } from '../base/errors.js'
import type { Layout } from './layout.js'
import type { Mount, MountHealth, WatchOptions } from './mount.js'
import { ObservedMount } from './observed.js'
import { type Settle, toSettle } from './settle.js'
import { Settler } from './settler.js'
import { type Entry, entriesOf, type Key } from './snapshot.js'

/** Options of `combine`. */
export interface CombineOptions {
  /** How long all mounts must be quiet before they count as one set. Default quiet 100 ms, at most 1 s. */
  readonly settle?: WatchOptions['settle']
}

const longest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((ms) => ms !== undefined)
  return known.length < times.length ? undefined : Math.max(...known)
}

const first = (dates: readonly Date[]): Date | undefined =>
  dates.toSorted((one, other) => one.getTime() - other.getTime())[0]

// A kubelet's mount that no longer knows spoils it for all; of any other nothing was expected.
const publishedAt = ({ snapshot, layout }: Mount): number =>
  snapshot.publishedAt?.getTime() ?? (layout === 'atomic' ? Infinity : -Infinity)

/** When the last of them was published; undefined when none says. */
const lastOf = (mounts: readonly Mount[]): number | undefined => {
  const last = Math.max(...mounts.map((mount) => publishedAt(mount)))
  return Number.isFinite(last) ? last : undefined
}

class CombinedMount extends ObservedMount {
  readonly layout: Layout = 'plain'
  readonly #mounts: ReadonlyMap<string, Mount>
  readonly #settle: Settle
  readonly #settler = new Settler(backgroundClock, this.signal, () => this.#publish())

  constructor(mounts: ReadonlyMap<string, Mount>, settle: Settle) {
    super()
    this.#mounts = mounts
    this.#settle = settle
    void this.#publish()
    for (const mount of mounts.values()) {
      mount.on('change', () => void this.#settler.ring(this.#settle))
      mount.on('error', (error) => this.emit('error', error))
      mount.on('recovered', (error) => this.emit('recovered', error))
      mount.on('close', () => void this.close())
    }
  }

  get path(): string {
    return [...this.#mounts.values()].map((mount) => mount.path).join(', ')
  }
  get health(): MountHealth {
    const all = [...this.#mounts.values()].map((mount) => mount.health)
    return {
      watching: all.some((one) => one.watching === 'polling') ? 'polling' : 'events',
      detached: all.some((one) => one.detached),
      changes: this.changeCount,
      missedEvents: all.reduce((sum, one) => sum + one.missedEvents, 0),
      lastCheckAt: new Date(Math.min(...all.map((one) => one.lastCheckAt.getTime()))),
      resyncMs: longest(all.map((one) => one.resyncMs)),
      deaf: all.some((one) => one.deaf),
      troubles: all.flatMap((one) => one.troubles),
      troubledSince: first(all.flatMap((one) => one.troubledSince ?? [])),
    }
  }

  async #publish(): Promise<void> {
    const entries = new Map<Key, Entry>()
    for (const [name, mount] of this.#mounts)
      for (const [key, entry] of entriesOf(mount.snapshot)) entries.set(`${name}/${key}`, entry)
    // Asked now: it is too late once one of them has changed again.
    const last = lastOf([...this.#mounts.values()])
    this.publish({ entries, revision: undefined, takenAt: backgroundClock.now(), publishedAt: () => last })
  }

  protected override async look(): Promise<void> {
    await Promise.all([...this.#mounts.values()].map((mount) => mount.resync()))
    await this.#publish()
  }

  protected override async release(): Promise<void> {
    await Promise.all([...this.#mounts.values()].map((mount) => mount.close()))
  }
}

/**
 * Several mounts as one: keys become `name/key`, and changes of several of them within the settle time are one change.
 * Two volumes are never swapped together by the kubelet; where that is needed, use one `projected` volume.
 * Closing it closes the mounts, and it closes when one of them does.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION CLOSED
 * @example
 * const all = combine({ app: await watchConfigMap('/etc/app'), tls: await watchConfigMap('/etc/tls') })
 * reload(all, ({ snapshot }) => server.configure(snapshot.text('app/config.yaml'), snapshot.text('tls/tls.crt')))
 */
export const combine = (mounts: Readonly<Record<string, Mount>>, options: CombineOptions = {}): Mount => {
  const named = new Map(Object.entries(mounts))
  if (named.size === 0 || [...named.keys()].some((name) => name === '' || name.includes('/')))
    throw new UsageError('BAD_OPTION', 'combine: needs at least one mount, under names without a slash', {
      hint: "combine({ app: mount, tls: otherMount }) gives keys such as 'app/config.yaml'",
    })
  for (const [name, { signal }] of named)
    if (signal.aborted) throw new UsageError('CLOSED', `combine: the mount ${name} is closed`)
  return new CombinedMount(named, toSettle(options.settle, { quietMs: 100, maxMs: 1000 }))
}
