import { type Clock, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { ApiError } from './api-error.js'
import type { KubeClient } from './client.js'
import {
  byName,
  fleetPod,
  type FleetPod,
  type FleetSelection,
  type FleetStanding,
  standingOf,
} from './fleet.js'
import { follow } from './follow.js'
import { podAnnotations } from './pod-notes.js'
import { resources } from './resources.js'

/** Options of {@link waitForFleet}. */
export interface WaitForFleetOptions extends FleetSelection {
  /** The digest that all pods must have applied, or its beginning. Default: the one that all of them have mounted. */
  readonly digest?: string
  /** How many pods there must be at least. Default 1. */
  readonly least?: number
  /** Called whenever something has changed. */
  readonly onProgress?: (standing: FleetStanding, pods: readonly FleetPod[]) => void
  /** For tests. */
  readonly clock?: Clock
}

/**
 * Waits until every pod of a selector has applied a digest. Pods that come meanwhile are waited for, too; those that
 * are about to go are not. Needs `list` and `watch` on pods; the pods need `report`.
 *
 * @throws ApiError TARGET_FORBIDDEN; the signal's reason when aborted; UsageError BAD_OPTION
 * @example
 * const signal = AbortSignal.timeout(120_000)
 * const pods = await waitForFleet(client, { selector: 'app=shop', digest: mount.snapshot.digest, signal })
 */
export const waitForFleet = async (
  client: KubeClient,
  options: WaitForFleetOptions,
): Promise<readonly FleetPod[]> => {
  refuseUnknown('waitForFleet', options, {
    selector: true,
    namespace: true,
    name: true,
    signal: true,
    digest: true,
    least: true,
    onProgress: true,
    clock: true,
  })
  const { selector: labelSelector, namespace, name, signal, digest, least, onProgress, clock } = options
  if (digest !== undefined && !/^[0-9a-f]{6,64}$/.test(digest))
    throw new UsageError('BAD_OPTION', 'digest: not the beginning of a digest: 6 to 64 hexadecimal digits')
  const names = podAnnotations(name)
  const follower = follow(client, resources.pods, {
    map: (pod) => fleetPod(names, pod),
    namespace,
    labelSelector,
    signal,
    ...(clock && { clock }),
  })
  try {
    return await new Promise((resolve, reject) => {
      let isSynced = false
      const look = (): void => {
        if (!isSynced) return
        const pods = [...follower.kept].map(([, pod]) => pod).toSorted(byName)
        const standing = standingOf(pods, digest, least)
        onProgress?.(standing, pods)
        if (standing.isDone) resolve(pods)
      }
      follower.on('change', look)
      follower.once('synced', () => {
        isSynced = true
        look()
      })
      // Nobody is there to give the right while a command waits for it.
      follower.on('error', (error: ApiError) => {
        if (error.code === 'TARGET_FORBIDDEN') reject(error)
      })
      follower.once('close', () => {
        const reason: unknown = signal?.reason
        reject(reason instanceof Error ? reason : new UsageError('CLOSED', 'the wait was ended'))
      })
    })
  } finally {
    await follower.close()
  }
}
