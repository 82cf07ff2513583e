import { type Clock, Emitter } from '@hotmount/core'
import type { ApiError } from '../kubernetes/api-error.js'
import type { KubeClient } from '../kubernetes/client.js'
import { follow } from '../kubernetes/follow.js'
import type { Follower } from '../kubernetes/follower.js'
import type { Pod } from '../kubernetes/objects.js'
import type { Followed } from '../kubernetes/projection.js'
import { resources } from '../kubernetes/resources.js'
import type { KeyHashes } from './hashes.js'
import { stringsOf } from './hashes.js'

/** What one pod says of its mounts. */
interface PodReport {
  /** `shop/deployment/web` */
  readonly workload: string
  readonly namespace: string
  readonly name: string
  readonly digests: KeyHashes
}

// What `report()` writes: the digest of what is mounted, with the loop's name behind it if there are several.
const mounted = /^hotmount\.dev\/(desired-digest(?:-.+)?)$/
const shown = 16

const hashLabels: Readonly<Record<string, string>> = {
  'pod-template-hash': 'deployment',
  'rollouts-pod-template-hash': 'rollout',
}

/** Which workload a pod belongs to. A ReplicaSet is called after its Deployment, with the hash that its pods have, too. */
const workloadKeyOf = ({ metadata }: Pod): string | undefined => {
  const { namespace = '', labels = {} } = metadata
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (!owner) return undefined
  if (owner.kind !== 'ReplicaSet') return `${namespace}/${owner.kind.toLowerCase()}/${owner.name}`
  const [label, kind] = Object.entries(hashLabels).find(([name]) => name in labels) ?? []
  const end = label === undefined ? undefined : `-${labels[label]}`
  return end !== undefined && owner.name.endsWith(end)
    ? `${namespace}/${kind}/${owner.name.slice(0, -end.length)}`
    : undefined
}

const reportOf = (pod: Pod): PodReport | undefined => {
  const { metadata, status } = pod
  const workload = workloadKeyOf(pod)
  const digests = Object.fromEntries(
    Object.entries(stringsOf(metadata.annotations)).flatMap(([name, digest]) => {
      const key = mounted.exec(name)?.[1]
      return key === undefined ? [] : [[key, digest.slice(0, shown)]]
    }),
  )
  const isOver =
    metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed'].includes(status?.phase ?? '')
  if (workload === undefined || isOver || Object.keys(digests).length === 0) return undefined
  return { workload, namespace: metadata.namespace ?? '', name: metadata.name, digests }
}

/** What is told of pods. */
export interface PodReportEvents {
  /** The pods of a workload say something else. */
  change: [workload: string]
  trouble: [error: ApiError]
  recovered: []
}

/**
 * What pods report of their mounts, for clusters in which the controller may read no Secret. Kubelets bring a change at
 * different times, so it counts when all pods of a workload that report say the same.
 */
export class PodReports extends Emitter<PodReportEvents> {
  readonly #reports = new Map<string, Map<string, PodReport>>()
  readonly #followers: readonly Follower<PodReport>[]

  constructor(client: KubeClient, namespaces: readonly string[], clock: Clock) {
    super()
    this.#followers = namespaces.map((namespace) => {
      const follower = follow(client, resources.pods, { namespace, map: reportOf, clock })
      follower.on('change', (change) => this.#on(change))
      follower.on('error', (error) => this.emit('trouble', error))
      follower.on('recovered', () => this.emit('recovered'))
      return follower
    })
  }

  get followers(): readonly Follower<unknown>[] {
    return this.#followers
  }

  /** What the pods of a workload agree on; undefined: nothing, or not yet. */
  agreed(workload: string): KeyHashes | undefined {
    const [first, ...others] = this.#reports.get(workload)?.values() ?? []
    const text = JSON.stringify(first?.digests)
    return others.every(({ digests }) => JSON.stringify(digests) === text) ? first?.digests : undefined
  }

  #on({ kind, value, previous }: Followed<PodReport>): void {
    if (previous && previous.workload !== value.workload) this.#drop(previous)
    if (kind === 'removed') this.#drop(value)
    else {
      const pods = this.#reports.get(value.workload) ?? new Map<string, PodReport>()
      this.#reports.set(value.workload, pods.set(value.name, value))
    }
    this.emit('change', value.workload)
  }

  #drop({ workload, name }: PodReport): void {
    const pods = this.#reports.get(workload)
    pods?.delete(name)
    if (pods?.size === 0) this.#reports.delete(workload)
  }
}
