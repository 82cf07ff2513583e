import { type Duration, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { KubeClient } from './client.js'
import { parseWorkload, type WorkloadRef } from './workload-ref.js'

/** Options of {@link rollout}. */
export interface RolloutOptions {
  /** 'deployment/shop', 'statefulset/db', 'daemonset/agent'. Default: the one that this pod belongs to. */
  readonly workload?: string
  /** Of the workload. Default: the client's own. */
  readonly namespace?: string
  /** Of the pod template. One per mount, where several mounts roll the same workload. Default `hotmount.dev/digest`. */
  readonly annotation?: string
  /** Default: `kubeClient()`, made when it is needed first. */
  readonly client?: KubeClient
  /** The name of this pod. Default: `POD_NAME`, then the host name. */
  readonly pod?: string
  /**
   * So many rollouts at most within this time, by all replicas together and over restarts: what rewrites its own
   * config would roll for ever, each time in a process that knows nothing of the one before. Default 10 in `1h`.
   */
  readonly limit?: false | { readonly max: number; readonly within: Duration }
  /** Between two looks at the workload while it rolls. Default 2 s. */
  readonly poll?: Duration
  /** How far apart replicas may see one change: so long a replica waits that finds a digest which it has not seen. Default 2 min. */
  readonly lag?: Duration
}

/** Names of the annotations. */
export interface Annotations {
  /** Of the pod template: a new value is a rollout. */
  readonly digest: string
  /** Of the workload: what it was rolled to, and when. */
  readonly history: string
  /** Of the workload: what was taken back. */
  readonly rejected: string
}

/** Options that were looked at. */
export interface RolloutSettings {
  readonly named: Omit<WorkloadRef, 'namespace'> | undefined
  readonly namespace: string | undefined
  readonly annotations: Annotations
  readonly client: KubeClient | undefined
  readonly pod: string | undefined
  readonly limit: { readonly max: number; readonly withinMs: number; readonly words: string } | undefined
  readonly pollMs: number
  readonly lagMs: number
}

const annotationsOf = (digest: string): Annotations => {
  // 63 characters for the name, less the longest of our endings.
  if (!/^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([\w.-]{0,52}[A-Za-z0-9])?$/.test(digest))
    throw new UsageError('BAD_OPTION', `annotation: ${JSON.stringify(digest)} is no name of an annotation`, {
      hint: "such as 'hotmount.dev/digest-web': at most 54 characters after the slash",
    })
  return { digest, history: `${digest}-history`, rejected: `${digest}-rejected` }
}

/** @throws UsageError BAD_OPTION, BAD_DURATION */
export const rolloutSettings = (options: RolloutOptions): RolloutSettings => {
  refuseUnknown('rollout', options, {
    workload: true,
    namespace: true,
    annotation: true,
    client: true,
    pod: true,
    limit: true,
    poll: true,
    lag: true,
  })
  const { workload, namespace, annotation = 'hotmount.dev/digest', client, pod } = options
  const { limit = { max: 10, within: '1h' }, poll = '2s', lag = '2m' } = options
  if (limit !== false && !(limit.max >= 1 && limit.max <= 16))
    throw new UsageError('BAD_OPTION', `limit.max: ${limit.max} is not between 1 and 16`, {
      hint: 'the last 16 rollouts are remembered; `limit: false` for none',
    })
  return {
    named: workload === undefined ? undefined : parseWorkload(workload),
    namespace,
    annotations: annotationsOf(annotation),
    client,
    pod,
    limit:
      limit === false
        ? undefined
        : { max: limit.max, withinMs: toMs(limit.within, 'limit.within'), words: String(limit.within) },
    pollMs: toMs(poll, 'poll'),
    lagMs: toMs(lag, 'lag'),
  }
}
