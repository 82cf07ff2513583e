import type { EventEmitter } from 'eventemitter3'
import type { Clock } from '../base/clock.js'
import type { Duration } from '../base/duration.js'
import type { Change } from '../mount/change.js'
import type { Snapshot } from '../mount/snapshot.js'
import type { Report, Status } from './report.js'

/** Options of `reload`. */
export interface ReloadOptions {
  /** Also react to what is there at start. Default false: what runs is taken to have it already. */
  readonly initial?: boolean
  /** What already runs, where that is older than `mount.snapshot` is now. Default: what is mounted at this moment. */
  readonly applied?: Snapshot
  /** May we act now? Asked again, with backoff, for as long as it says no. */
  readonly gate?: (change: Change) => boolean | Promise<boolean>
  /** Spread replicas over this time: each waits its own share, steady per pod name. Default 0. */
  readonly splay?: Duration
  /** Least time between two applies. Default 0. */
  readonly cooldown?: Duration
  /** Per stage. Default 30 s. */
  readonly timeout?: Duration
  /** Retries of a revision while dirty, with exponential backoff and full jitter. Default: without end, 1 s to 5 min. */
  readonly retry?: false | { readonly attempts?: number; readonly min?: Duration; readonly max?: Duration }
  /** More than `max` applies `within` this time are flapping: hold until no change came for that long. */
  readonly breaker?: { readonly max: number; readonly within: Duration }
  readonly signal?: AbortSignal
  /** For tests: see `fakeClock` in `@hotmount/core/testing`. */
  readonly clock?: Clock
}

/**
 * The loop of one reaction.
 *
 * @example
 * const loop = reload(mount, nginx(), { cooldown: '1s' })
 * loop.on('report', (report) => console.log(report.outcome, report.revision))
 * await loop.inSync()
 */
export interface Reloader
  extends EventEmitter<{ report: [report: Report]; close: [] }>, AsyncIterable<Report>, AsyncDisposable {
  readonly status: Status
  /** The status, so that a logger that is handed a loop prints no internals. */
  toJSON(): Status
  /**
   * The report of what runs, once what is mounted is applied and verified.
   *
   * @throws UsageError CLOSED when the loop closes first; the signal's reason when aborted.
   */
  inSync(options?: { readonly signal?: AbortSignal }): Promise<Report>
  /** Aborts when the loop closes, or has ended by a fault of its own. */
  readonly signal: AbortSignal
  /** Lets a held reaction run now. */
  release(): void
  /** Ends the loop: aborts what runs and waits for it. May be called twice. */
  close(): Promise<void>
}
