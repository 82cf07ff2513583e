import { homedir } from 'node:os'
import path from 'node:path'
import { type Clock, type Duration, systemClock, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { KubeClient } from './client.js'
import type { Connection } from './connection.js'
import { Foreign, type KubeConfigLike } from './foreign.js'
import { HttpClient } from './http-client.js'
import { InCluster, isInCluster, serviceAccountDirectory } from './in-cluster.js'

/** Options of {@link kubeClient}. */
export interface KubeClientOptions {
  /**
   * A path, or a `KubeConfig` of `@kubernetes/client-node` that you have. Default: the ServiceAccount of this pod;
   * outside of pods `KUBECONFIG`, then `~/.kube/config`.
   */
  readonly kubeconfig?: string | KubeConfigLike
  /** Of the kubeconfig file. Default: its current one. */
  readonly context?: string
  /** Of objects that are named without one. Default: that of the pod, or of the context. */
  readonly namespace?: string
  /** For one call with its tries; a watch must begin within it. Default 30 s. */
  readonly timeout?: Duration
  /** Where a ServiceAccount is mounted. Default `/var/run/secrets/kubernetes.io/serviceaccount`. */
  readonly serviceAccount?: string
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv
  /** For tests. */
  readonly clock?: Clock
}

const connect = async (options: KubeClientOptions, clock: Clock): Promise<Connection> => {
  // oxlint-disable-next-line node/no-process-env -- where a cluster is, is told by the environment
  const { kubeconfig, context, serviceAccount = serviceAccountDirectory, env = process.env } = options
  if (typeof kubeconfig === 'object') return new Foreign(kubeconfig)
  const place = { directory: serviceAccount, env }
  if (kubeconfig === undefined && context === undefined && isInCluster(place))
    return InCluster.open(place, clock)
  const named = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '')
  const usual = named.length > 0 ? named : [path.join(homedir(), '.kube', 'config')]
  // Only here: in a pod, nobody pays for a YAML parser.
  const { Kubeconfig } = await import('./kubeconfig.js')
  return Kubeconfig.open(kubeconfig === undefined ? usual : [kubeconfig], context, clock)
}

/**
 * A client for the API server of this pod, or of a kubeconfig. Nothing is sent yet.
 *
 * @throws UsageError BAD_OPTION BAD_DURATION
 * @throws ReactionError TARGET_FORBIDDEN when the ServiceAccount cannot be read
 * @example
 * await using client = await kubeClient()
 * const page = await client.list(resources.pods, { labelSelector: 'app=shop' })
 */
export const kubeClient = async (options: KubeClientOptions = {}): Promise<KubeClient> => {
  refuseUnknown('kubeClient', options, {
    kubeconfig: true,
    context: true,
    namespace: true,
    timeout: true,
    serviceAccount: true,
    env: true,
    clock: true,
  })
  const { clock = systemClock, timeout = '30s', namespace } = options
  const timeoutMs = toMs(timeout, 'timeout')
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace))
    throw new UsageError('BAD_OPTION', `namespace: ${JSON.stringify(namespace)} is no name of a namespace`)
  const connection = await connect(options, clock)
  return new HttpClient({ connection, clock, timeoutMs, userAgent: 'hotmount' }, namespace)
}
