import { type Clock, type Duration, systemClock, toMs } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { KubeObject } from './objects.js'
import type { Selection } from './queries.js'

/** Options of {@link follow}. */
export interface FollowOptions<T extends KubeObject, P> extends Selection {
  /**
   * What is kept of an object; only a difference in it is a change. `undefined`: this one does not concern us. Of a
   * Secret, keep hashes.
   */
  readonly map: (object: T) => P | undefined
  /** A watch that says nothing for this long is opened anew, from where it was. Default 90 s: bookmarks come once a minute, but not of a type that rests. */
  readonly silence?: Duration
  /** All is listed anew after this long, in case something was missed. Default 30 min; `false`: never. */
  readonly resync?: Duration | false
  /** Pauses after failures, doubling, with jitter. Default 500 ms to 30 s. */
  readonly backoff?: { readonly min?: Duration; readonly max?: Duration }
  readonly signal?: AbortSignal | undefined
  /** For tests. */
  readonly clock?: Clock
}

/** Options that were looked at. Milliseconds. */
export interface FollowSettings {
  readonly silenceMs: number
  /** Infinity: never. */
  readonly resyncMs: number
  readonly bounds: { readonly minMs: number; readonly maxMs: number }
  readonly clock: Clock
}

/** @throws UsageError BAD_OPTION, BAD_DURATION */
export const followSettings = <T extends KubeObject, P>(options: FollowOptions<T, P>): FollowSettings => {
  refuseUnknown('follow', options, {
    map: true,
    namespace: true,
    labelSelector: true,
    fieldSelector: true,
    silence: true,
    resync: true,
    backoff: true,
    signal: true,
    clock: true,
  })
  const { silence = '90s', resync = '30m', backoff = {}, clock = systemClock } = options
  return {
    silenceMs: toMs(silence, 'silence'),
    resyncMs: resync === false ? Number.POSITIVE_INFINITY : toMs(resync, 'resync'),
    bounds: {
      minMs: toMs(backoff.min ?? 500, 'backoff.min'),
      maxMs: toMs(backoff.max ?? '30s', 'backoff.max'),
    },
    clock,
  }
}
