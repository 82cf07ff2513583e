import { setMaxListeners } from 'node:events'
import type { Clock } from '../base/clock.js'
import { Emitter } from '../base/emitter.js'
import { UsageError } from '../base/errors.js'
import { latest } from '../base/latest.js'
import { debug } from '../base/log.js'
import { reasonOf } from '../base/thrown.js'
import type { Snapshot } from '../mount/snapshot.js'
import { withDigest } from './late-digest.js'
import type { Ledger } from './ledger.js'
import type { Report, ReportBase, StageTimes, Status } from './report.js'

type Without<R> = R extends Report ? Omit<R, keyof ReportBase> : never
/** A report less what every report says. */
export type Told = Without<Report>
/** The try that a report is about. */
export interface Took {
  readonly attempt: number
  readonly durationMs: number
  readonly stages: StageTimes
}

const dateOf = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms))

/** What a loop says of itself: its state, its reports, and the promise that it is in sync. */
export abstract class Journal extends Emitter<{ report: [report: Report]; close: [] }> {
  readonly #name: string
  readonly #clock: Clock
  readonly #closing = new AbortController()
  readonly #waiting = new Set<(report: Report) => void>()
  #told = 0
  #readers = 0
  #state: Status['state'] = 'inSync'
  #outOfSyncSince: number | undefined
  protected lastReport: Report | undefined

  constructor(name: string, clock: Clock) {
    super()
    setMaxListeners(0, this.#closing.signal)
    this.#name = name
    this.#clock = clock
  }

  protected abstract get desired(): Snapshot
  protected abstract get ledger(): Ledger
  protected abstract get blockedSince(): number | undefined

  protected get state(): Status['state'] {
    return this.#state
  }
  protected set state(state: Status['state']) {
    this.#state = state
    this.#outOfSyncSince = state === 'inSync' ? undefined : (this.#outOfSyncSince ?? this.#clock.now())
  }

  get status(): Status {
    const { desired } = this
    const { applied, doubtedSince } = this.ledger
    return {
      reaction: this.#name,
      state: this.#state,
      desired: desired.revision,
      desiredDigest: desired.digest,
      applied: applied?.revision,
      appliedDigest: applied?.digest,
      appliedGeneration: applied?.generation,
      outOfSyncSince: dateOf(this.#outOfSyncSince),
      inDoubtSince: dateOf(doubtedSince),
      blockedSince: dateOf(this.blockedSince),
      lastReport: this.lastReport,
    }
  }
  toJSON(): Status {
    return this.status
  }
  get signal(): AbortSignal {
    return this.#closing.signal
  }
  protected get closing(): AbortSignal {
    return this.#closing.signal
  }
  protected endJournal(): void {
    this.#closing.abort(new UsageError('CLOSED', `the loop of ${this.#name} is closed`))
  }

  inSync(options: { readonly signal?: AbortSignal } = {}): Promise<Report> {
    const { signal } = options
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        this.#waiting.delete(settle)
        signal?.removeEventListener('abort', fail)
        this.closing.removeEventListener('abort', fail)
        reject(reasonOf(signal?.aborted === true ? signal : this.closing))
      }
      const settle = (report: Report): void => {
        signal?.removeEventListener('abort', fail)
        this.closing.removeEventListener('abort', fail)
        resolve(report)
      }
      if (signal?.aborted === true || this.closing.aborted) fail()
      // What has been mounted since is desired also where the loop has not been told yet.
      else if (this.state === 'inSync' && this.ledger.applied === this.desired)
        settle(this.lastReport ?? this.#unchanged())
      else {
        this.#waiting.add(settle)
        signal?.addEventListener('abort', fail, { once: true })
        this.closing.addEventListener('abort', fail, { once: true })
      }
    })
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Report> {
    let seen = this.#told
    this.#readers++
    const take = (): Report | undefined => {
      if (seen === this.#told) return undefined
      seen = this.#told
      return this.lastReport
    }
    const onNews = (wake: () => void): (() => void) => {
      this.on('report', wake)
      return () => this.off('report', wake)
    }
    const left = (): void => void this.#readers--
    return latest({ take, onNews, end: this.closing, left })
  }

  protected tell(snapshot: Snapshot, told: Told, took?: Took): void {
    const report = this.#report(snapshot, told, took)
    // It lets go of its snapshot: at most one is kept for a report.
    void this.lastReport?.digest
    debug?.('%s %s %s', report.reaction, report.outcome, report.revision)
    this.lastReport = report
    this.#told++
    const isHeard = this.emit('report', report) || this.#readers > 0
    // A refusal that nobody hears would leave an old config running in silence.
    if (!isHeard && 'error' in report) process.emitWarning(report.error)
  }

  protected becomeInSync(): void {
    this.state = 'inSync'
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const settle of waiting) settle(this.lastReport ?? this.#unchanged())
  }

  #unchanged(): Report {
    return this.#report(this.desired, { outcome: 'skipped', reason: 'unchanged' })
  }

  #report(snapshot: Snapshot, told: Told, took: Took = { attempt: 0, durationMs: 0, stages: {} }): Report {
    return withDigest(snapshot, { reaction: this.#name, revision: snapshot.revision, ...took, ...told })
  }
}
