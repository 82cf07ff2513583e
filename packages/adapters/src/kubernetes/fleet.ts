import { refuseUnknown } from '../options/known.js'
import type { KubeClient } from './client.js'
import type { Pod } from './objects.js'
import { pages } from './pages.js'
import { podAnnotations, type PodAnnotations } from './pod-notes.js'
import { resources } from './resources.js'

/** One pod of a fleet, by what it says itself. */
export interface FleetPod {
  readonly namespace: string
  readonly name: string
  readonly node: string | undefined
  readonly phase: string
  readonly ready: boolean
  /** It is about to go, or has done its work: nobody waits for it. */
  readonly leaving: boolean
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Digest that is mounted; undefined when the pod says nothing. */
  readonly desired: string | undefined
  /** Digest that is in effect. */
  readonly applied: string | undefined
  /** State of its loop: 'inSync', 'rejected' … */
  readonly state: string | undefined
}

/** Which pods. */
export interface FleetSelection {
  /** 'app=shop'. */
  readonly selector: string
  /** Default: the client's own; `'*'` for all. */
  readonly namespace?: string | undefined
  /** As given to `report`, where a pod has several loops. */
  readonly name?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a pod says of itself. */
export const fleetPod = (names: PodAnnotations, { metadata, spec, status }: Pod): FleetPod => {
  const { annotations = {}, deletionTimestamp, creationTimestamp = '' } = metadata
  const { phase = 'Unknown', conditions = [] } = status ?? {}
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    node: spec?.nodeName,
    phase,
    ready: conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    leaving: deletionTimestamp !== undefined || phase === 'Succeeded' || phase === 'Failed',
    createdAt: Date.parse(creationTimestamp) || 0,
    desired: annotations[names.desired],
    applied: annotations[names.applied],
    state: annotations[names.state],
  }
}

/** By namespace and name. */
export const byName = (one: FleetPod, other: FleetPod): number =>
  one.namespace.localeCompare(other.namespace) || one.name.localeCompare(other.name, 'en', { numeric: true })

/**
 * Who runs what: all pods of a selector, with the digests that they say they have mounted and applied. Needs `list` on
 * pods; the pods need `report`.
 *
 * @throws ApiError, UsageError BAD_OPTION
 * @example
 * console.log(fleetTable(await fleetStatus(client, { selector: 'app=shop' })))
 */
export const fleetStatus = async (
  client: KubeClient,
  selection: FleetSelection,
): Promise<readonly FleetPod[]> => {
  refuseUnknown('fleetStatus', selection, { selector: true, namespace: true, name: true, signal: true })
  const { selector: labelSelector, namespace, name, signal } = selection
  const names = podAnnotations(name)
  let pods: FleetPod[] = []
  for await (const { items, isRestart } of pages(client, resources.pods, {
    namespace,
    labelSelector,
    signal,
  })) {
    if (isRestart) pods = []
    for (const item of items) pods.push(fleetPod(names, item))
  }
  return pods.toSorted(byName)
}

/** How a fleet stands. */
export type FleetStanding =
  | { readonly isDone: true; readonly digest: string }
  | { readonly isDone: false; readonly because: string }

/** Whether every pod that counts has applied a digest: the one that is given, else the one that all of them have mounted. */
export const standingOf = (
  pods: readonly FleetPod[],
  digest: string | undefined,
  least = 1,
): FleetStanding => {
  const counted = pods.filter(({ leaving }) => !leaving)
  if (counted.length < least)
    return { isDone: false, because: `${counted.length} of ${least} pods are there` }
  const wanted = digest ?? counted[0]?.desired
  const silent = counted.filter(({ desired }) => desired === undefined).length
  if (silent > 0) return { isDone: false, because: `${silent} of ${counted.length} pods say nothing` }
  // A digest may be given by its beginning; what a pod says is a whole one.
  const isIt = (said: string): boolean => (digest === undefined ? said === wanted : said.startsWith(digest))
  const there = counted.filter(({ applied }) => applied !== undefined && isIt(applied))
  const mounted = counted.filter(({ desired = '' }) => isIt(desired))
  if (
    wanted !== undefined &&
    there.length === counted.length &&
    (digest !== undefined || mounted.length === counted.length)
  )
    return { isDone: true, digest: wanted }
  return { isDone: false, because: `${there.length} of ${counted.length} pods have applied it` }
}
