import type { Change, Clock, MountError, Report } from '@hotmount/core'
import { namedLoops, type Observed } from './observed.js'

/** Key names, as many as are kept, and how many more there were. */
export interface KeyNames {
  readonly names: readonly string[]
  readonly more: number
}

/** What became of a revision in one reaction: its last report. */
export interface Result {
  readonly reaction: string
  readonly at: Date
  readonly report: Report
}

/** One thing that happened to a mount. */
export type Moment =
  | {
      readonly kind: 'start' | 'change'
      readonly at: Date
      readonly mount: string
      readonly revision: string
      readonly digest: string
      readonly added: KeyNames
      readonly changed: KeyNames
      readonly removed: KeyNames
      /** Of each reaction that has reported on it, in the order of their first report. */
      readonly results: readonly Result[]
    }
  | {
      readonly kind: 'trouble' | 'recovered'
      readonly at: Date
      readonly mount: string
      readonly error: MountError
    }

type Revised = Extract<Moment, { readonly revision: string }>

const maxNames = 30

const few = (keys: readonly string[]): KeyNames => ({
  names: keys.slice(0, maxNames),
  more: Math.max(0, keys.length - maxNames),
})

const none = few([])

/** The last moments of all mounts, the newest first. It holds names and reports, and no snapshot. */
export class History {
  readonly #clock: Clock
  readonly #limit: number
  #moments: readonly Moment[] = []
  #version = 0

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }
  /** Another number after everything that happens. */
  get version(): number {
    return this.#version
  }

  /** Writes down what happens to a mount and its loops until the returned function is called. */
  follow({ name, mount, loops }: Observed): () => void {
    const { revision, digest } = mount.snapshot
    const keys = { added: none, changed: none, removed: none }
    this.#add({ kind: 'start', at: this.#now(), mount: name, revision, digest, ...keys, results: [] })
    const onChange = (change: Change): void => this.#changed(name, change)
    const onError = (error: MountError): void =>
      this.#add({ kind: 'trouble', at: this.#now(), mount: name, error })
    const onRecovered = (error: MountError): void =>
      this.#add({ kind: 'recovered', at: this.#now(), mount: name, error })
    mount.on('change', onChange)
    mount.on('error', onError)
    mount.on('recovered', onRecovered)
    for (const error of mount.health.troubles) onError(error)
    const stops = namedLoops(loops).map(({ name: reaction, loop }) => {
      const { lastReport } = loop.status
      const onReport = (report: Report): void => this.#reported(name, reaction, report)
      if (lastReport) onReport(lastReport)
      loop.on('report', onReport)
      return () => loop.off('report', onReport)
    })
    return () => {
      mount.off('change', onChange)
      mount.off('error', onError)
      mount.off('recovered', onRecovered)
      for (const stop of stops) stop()
    }
  }

  #now(): Date {
    return new Date(this.#clock.now())
  }

  #add(moment: Moment): void {
    this.#moments = [moment, ...this.#moments].slice(0, this.#limit)
    this.#version++
  }

  #changed(mount: string, { snapshot, added, changed, removed }: Change): void {
    const { revision, digest } = snapshot
    const keys = { added: few(added), changed: few(changed), removed: few(removed) }
    this.#add({ kind: 'change', at: this.#now(), mount, revision, digest, ...keys, results: [] })
  }

  /** Adds what became of a revision to its moment; of several tries the last one counts. */
  #reported(mount: string, reaction: string, report: Report): void {
    const result = { reaction, at: this.#now(), report }
    const at = this.#moments.findIndex(
      (moment) => 'revision' in moment && moment.mount === mount && moment.revision === report.revision,
    )
    this.#moments = this.#moments.map((moment, index) =>
      index === at && 'revision' in moment ? withResult(moment, result) : moment,
    )
    this.#version++
  }
}

const withResult = (moment: Revised, result: Result): Revised => {
  const at = moment.results.findIndex(({ reaction }) => reaction === result.reaction)
  const results = at < 0 ? [...moment.results, result] : moment.results.with(at, result)
  return { ...moment, results }
}
