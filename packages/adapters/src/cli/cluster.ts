import type { Args } from './args.js'
import type { ClusterFlag } from './cluster-flags.js'
import type { KubeClient } from '../kubernetes/client.js'
import type { FleetSelection } from '../kubernetes/fleet.js'

/** Which pods. */
export const podsOf = (args: Args<ClusterFlag>, selector: string, signal: AbortSignal): FleetSelection => ({
  selector,
  namespace: args.one('namespace'),
  name: args.one('loop'),
  signal,
})

/** Does something with a client, and closes it. @throws UsageError, ReactionError */
export const withCluster = async <T>(
  args: Args<ClusterFlag>,
  env: NodeJS.ProcessEnv,
  work: (client: KubeClient) => Promise<T>,
): Promise<T> => {
  // Only here: what runs in a pod loads nothing of it.
  const { kubeClient } = await import('../kubernetes/kube-client.js')
  const [kubeconfig, context] = [args.one('kubeconfig'), args.one('context')]
  const client = await kubeClient({
    env,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}
