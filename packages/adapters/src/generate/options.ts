import type { Clock, Mount, MountError, WatchOptions } from '@hotmount/core'
import type { FollowOptions } from '../kubernetes/follow-options.js'
import type { KubeObject } from '../kubernetes/objects.js'

/** How the API server is followed. */
type Following = Pick<FollowOptions<KubeObject, unknown>, 'silence' | 'resync' | 'backoff'>

/** Options of `watchServices`. */
export interface WatchServicesOptions extends Following {
  /** Labels of the Services, as 'expose=nginx,tier!=db'. Default: all of the namespace. */
  readonly selector?: string | undefined
  /** Default: the client's own; `'*'`: all of them, for which a ClusterRole is needed. */
  readonly namespace?: string | undefined
  /** Whether to follow EndpointSlices too. Default true; false: `endpoints` is empty, and Services alone may be read. */
  readonly endpoints?: boolean
  /** Its keys stand beside `services.json`: templates in a ConfigMap. Closed with the mount that is made. */
  readonly beside?: Mount | undefined
  /** How long it must be quiet after a change. Default quiet 100 ms, at most 1 s. */
  readonly settle?: WatchOptions['settle']
  /** Every Service vanished at once: keep the last ones and report it (`hold`, the default) or take it as a change. */
  readonly emptied?: 'accept' | 'hold'
  /** Told what is wrong while nothing has been read yet: before that there is no mount to listen to. */
  readonly onTrouble?: (error: MountError) => void
  readonly signal?: AbortSignal | undefined
  /** For tests. */
  readonly clock?: Clock
}
