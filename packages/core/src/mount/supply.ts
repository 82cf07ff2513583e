import { backgroundClock } from '../base/clock.js'
import type { MountCode, MountError } from '../base/errors.js'
import { warnOfFailure } from '../base/thrown.js'
import type { Layout } from './layout.js'
import type { Mount, MountHealth, WatchOptions } from './mount.js'
import { ObservedMount } from './observed.js'
import { type Settle, toSettle } from './settle.js'
import { Settler } from './settler.js'
import { Entry, type Key } from './snapshot.js'
import { Troubles } from './troubles.js'

/** Where the keys of a {@link SuppliedMount} come from. */
export interface Supply {
  /** What it is called in messages: 'services expose=nginx in shop'. */
  readonly path: string
  /** All keys as they are now: at the start, and when it was rung. What it throws then is a process warning. */
  readonly read: () => Readonly<Record<Key, string | Uint8Array>>
  /** How long it must be quiet after a ring. Default quiet 100 ms, at most 1 s. */
  readonly settle?: WatchOptions['settle']
  /** When its origin last said something, in milliseconds since 1970. Default: when it was last read. */
  readonly lastContactAt?: () => number
  /** Lets go of what it reads from. Called once. */
  readonly release?: () => Promise<void>
}

/** A mount whose keys come from elsewhere than a directory. */
export interface SuppliedMount extends Mount {
  /** There may be something new: it is read once it has been quiet for long enough. */
  ring(): void
  /** Trouble with the origin: told once, shown in `health`; the last snapshot stays. */
  begin(error: MountError): void
  /** The trouble of this code is over. */
  end(code: MountCode): void
}

class MountOfSupply extends ObservedMount implements SuppliedMount {
  readonly layout: Layout = 'plain'
  readonly path: string
  readonly #supply: Supply
  readonly #settle: Settle
  readonly #settler = new Settler(backgroundClock, this.signal, () => this.look())
  readonly #troubles = new Troubles(backgroundClock, (event, error) => {
    if (!this.signal.aborted) this.emit(event, error)
  })
  #readAt = 0

  constructor(supply: Supply, settle: Settle) {
    super()
    this.path = supply.path
    this.#supply = supply
    this.#settle = settle
    this.#read()
    this.#troubles.startTelling()
  }

  get health(): MountHealth {
    return {
      watching: 'events',
      detached: false,
      changes: this.changeCount,
      missedEvents: 0,
      lastCheckAt: new Date(this.#supply.lastContactAt?.() ?? this.#readAt),
      resyncMs: undefined,
      deaf: this.#troubles.ofReading.length > 0,
      troubles: this.#troubles.now,
      troubledSince: this.#troubles.since,
    }
  }

  ring(): void {
    if (!this.signal.aborted) void this.#settler.ring(this.#settle)
  }
  begin(error: MountError): void {
    this.#troubles.begin(error)
  }
  end(code: MountCode): void {
    this.#troubles.end(code)
  }

  #read(): void {
    this.#readAt = backgroundClock.now()
    const entries = new Map(
      Object.entries(this.#supply.read()).map(([key, value]) => [key, new Entry(Buffer.from(value))]),
    )
    this.publish({ entries, revision: undefined, takenAt: this.#readAt })
  }

  protected override async look(): Promise<void> {
    if (this.signal.aborted) return
    try {
      this.#read()
    } catch (thrown) {
      // A ring is nobody's to catch.
      warnOfFailure(`a look at ${this.path}`, thrown)
    }
  }

  protected override async release(): Promise<void> {
    await this.#supply.release?.()
  }
}

/**
 * A mount of what you supply: everything that takes a mount (`reload`, `combine`, `stage`, `push`, `report`) takes it.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION
 * @example
 * const mount = supplyMount({ path: 'flags', read: () => ({ 'flags.json': JSON.stringify(flags) }) })
 * source.on('change', () => mount.ring())
 */
export const supplyMount = (supply: Supply): SuppliedMount =>
  new MountOfSupply(supply, toSettle(supply.settle, { quietMs: 100, maxMs: 1000 }))
