import type { Clock } from '../base/clock.js'
import type { MountCode, MountError } from '../base/errors.js'

/** The troubles a mount is in: each kind is told once when it begins and once when it is over. */
export class Troubles {
  readonly #now = new Map<MountCode, MountError>()
  readonly #clock: Clock
  readonly #tell: (event: 'error' | 'recovered', error: MountError) => void
  #early: (() => void)[] | undefined = []
  #since: number | undefined

  constructor(clock: Clock, tell: (event: 'error' | 'recovered', error: MountError) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** Until now nobody could listen: what came up is told in the next turn, when the opener has had its chance. */
  startTelling(): void {
    setImmediate(() => {
      const early = this.#early ?? []
      this.#early = undefined
      for (const tell of early) tell()
    })
  }

  begin(error: MountError): void {
    if (this.#now.has(error.code)) return
    this.#now.set(error.code, error)
    if (this.#blinds) this.#since ??= this.#clock.now()
    this.#say('error', error)
  }

  end(code: MountCode): void {
    const error = this.#now.get(code)
    if (!error) return
    this.#now.delete(code)
    if (!this.#blinds) this.#since = undefined
    this.#say('recovered', error)
  }

  get isNone(): boolean {
    return this.#now.size === 0
  }

  has(code: MountCode): boolean {
    return this.#now.has(code)
  }

  /** Those that are not over. */
  get now(): readonly MountError[] {
    return [...this.#now.values()]
  }

  /** Since when content is kept from being seen; undefined while it is not. */
  get since(): Date | undefined {
    return this.#since === undefined ? undefined : new Date(this.#since)
  }
  get #blinds(): boolean {
    return [...this.#now.keys()].some((code) => code !== 'WATCH_LIMIT')
  }

  /** Troubles that a successful read ends. */
  get ofReading(): readonly MountCode[] {
    return [...this.#now.keys()].filter((code) => code !== 'MOUNT_EMPTIED' && code !== 'WATCH_LIMIT')
  }

  #say(event: 'error' | 'recovered', error: MountError): void {
    const tell = (): void => this.#tell(event, error)
    if (this.#early) this.#early.push(tell)
    else tell()
  }
}
