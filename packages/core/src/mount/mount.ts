import type { EventEmitter } from 'eventemitter3'
import type { Duration } from '../base/duration.js'
import type { MountError } from '../base/errors.js'
import type { Change } from './change.js'
import type { Layout } from './layout.js'
import type { Snapshot } from './snapshot.js'

/** What a mount tells. */
export interface MountEvents {
  /** The watched keys are different from what they were. Once per swap that changes one of them. */
  change: [change: Change]
  /** Trouble; the last snapshot stays. Once per kind of trouble, until it is over. */
  error: [error: MountError]
  /** That trouble is over. */
  recovered: [error: MountError]
  close: []
}

/** How the watching itself is doing. */
export interface MountHealth {
  /** `polling` where file events are impossible or were asked not to be used. */
  readonly watching: 'events' | 'polling'
  /** This container can no longer see updates: restart it. */
  readonly detached: boolean
  readonly changes: number
  /** Changes that a resync found and no event had announced. */
  readonly missedEvents: number
  readonly lastCheckAt: Date
  /** How often it looks without being rung, in milliseconds; undefined: never. Of several mounts, the longest. */
  readonly resyncMs: number | undefined
  /** Nothing rings at the moment: the watch failed and could not be put up again. The resync tries to. */
  readonly deaf: boolean
  /** Troubles that are not over yet. */
  readonly troubles: readonly MountError[]
  /** Since when there has been one that keeps content from being seen: any but WATCH_LIMIT, where polling goes on. */
  readonly troubledSince: Date | undefined
}

/**
 * A watched mount. Listeners observe; what must not fail or overlap belongs in a reaction, see `reload`.
 *
 * @example
 * const mount = await watchConfigMap('/etc/config')
 * mount.on('change', ({ snapshot, changed }) => console.log(snapshot.revision, changed))
 */
export interface Mount extends EventEmitter<MountEvents>, AsyncIterable<Change>, AsyncDisposable {
  readonly path: string
  readonly layout: Layout
  /** The last complete revision. Never torn, never undefined. */
  readonly snapshot: Snapshot
  readonly health: MountHealth
  /** Aborts when the mount closes. */
  readonly signal: AbortSignal
  /** Changes one after the other. A slow reader skips revisions: each change spans from the last one it saw to now. */
  changes(options?: {
    /** Begin with a change that adds every key. */
    readonly initial?: boolean
    readonly signal?: AbortSignal
  }): AsyncIterableIterator<Change>
  /** Looks now. Resolves once what was found has been emitted. @throws UsageError CLOSED */
  resync(): Promise<Snapshot>
  /** Path, layout, health and the names in the snapshot: what may be printed. */
  toJSON(): Readonly<Record<string, unknown>>
  /** Stops watching and leaves no handle or timer. May be called twice. */
  close(): Promise<void>
}

/** Options of `watchConfigMap`. */
export interface WatchOptions {
  /** Closes the mount; before it is open, rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Only these keys: others are neither loaded nor announced. */
  readonly keys?: readonly (string | RegExp)[]
  /** How long writing must be quiet before a look. Default: none for `atomic`, quiet 100 ms and at most 1 s for others. */
  readonly settle?: Duration | { readonly quiet: Duration; readonly max: Duration }
  /** How often to look without being rung. Default 30 s; costs one readlink on a mount of the kubelet's. */
  readonly resync?: Duration | false
  /** Look at this interval (true: 1 s) and use no file events. Default: only where events are impossible. */
  readonly polling?: boolean | Duration
  /** How long a missing path may take to appear. Default: not at all. */
  readonly wait?: Duration
  /** All keys together, in bytes. Default 16 MiB. */
  readonly maxBytes?: number
  /** Every key vanished at once: keep the last snapshot and report it (`hold`, the default) or take it as a change. */
  readonly emptied?: 'accept' | 'hold'
  /** Whether watching keeps the process running. Default true. */
  readonly keepAlive?: boolean
}
