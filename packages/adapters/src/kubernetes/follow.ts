import type { KubeClient } from './client.js'
import { type FollowOptions, followSettings } from './follow-options.js'
import { Follower } from './follower.js'
import { ClientLooking } from './looking.js'
import type { KubeObject } from './objects.js'
import type { Resource } from './resources.js'

/**
 * Keeps what you want of all objects of one type, and tells what is added, changed and removed: each difference once,
 * whatever becomes of the connection. Needs the verbs `list` and `watch`.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION
 * @example
 * const shops = follow(client, resources.pods, { labelSelector: 'app=shop', map: (pod) => pod.status?.phase })
 * shops.on('change', ({ kind, name, value }) => console.log(kind, name, value))
 * await shops.synced()
 */
export const follow = <T extends KubeObject, P>(
  client: KubeClient,
  resource: Resource<T>,
  options: FollowOptions<T, P>,
): Follower<P> =>
  new Follower(
    followSettings(options),
    new ClientLooking(client, resource, options, options.map),
    options.signal,
  )
