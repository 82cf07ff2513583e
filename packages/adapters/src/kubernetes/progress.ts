import type { Workload } from './objects.js'

/** How far a rollout has come. */
export type Progress =
  | { readonly state: 'done'; readonly pods: number }
  | { readonly state: 'waiting'; readonly for: string }
  | { readonly state: 'failed'; readonly why: string }

type Status = NonNullable<Workload['status']>
type Spec = NonNullable<Workload['spec']>

const waiting = (what: string): Progress => ({ state: 'waiting', for: what })

const deployment = ({ replicas: wanted = 1 }: Spec, status: Status): Progress => {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, conditions = [] } = status
  const progressing = conditions.find(({ type }) => type === 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded' && progressing.status === 'False')
    return { state: 'failed', why: 'ProgressDeadlineExceeded' }
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} of ${wanted} pods are new`)
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old pods are still there`)
  if (availableReplicas < updatedReplicas)
    return waiting(`${availableReplicas} of ${updatedReplicas} new pods are available`)
  return { state: 'done', pods: updatedReplicas }
}

const statefulSet = ({ replicas: wanted = 1, updateStrategy }: Spec, status: Status): Progress => {
  const { updatedReplicas = 0, readyReplicas = 0, currentRevision, updateRevision } = status
  const { partition = 0 } = updateStrategy?.rollingUpdate ?? {}
  // Pods below the partition keep what they have: whoever set it wants that.
  const due = Math.max(0, wanted - partition)
  if (updatedReplicas < due) return waiting(`${updatedReplicas} of ${due} pods are new`)
  if (readyReplicas < wanted) return waiting(`${readyReplicas} of ${wanted} pods are ready`)
  if (partition === 0 && updateRevision !== currentRevision)
    return waiting('the revision is not taken over yet')
  return { state: 'done', pods: due }
}

const daemonSet = (status: Status): Progress => {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status
  if (updatedNumberScheduled < wanted) return waiting(`${updatedNumberScheduled} of ${wanted} pods are new`)
  if (numberAvailable < wanted) return waiting(`${numberAvailable} of ${wanted} pods are available`)
  return { state: 'done', pods: wanted }
}

/** How far the rollout of a workload is, by what its controller says: the rules of `kubectl rollout status`. */
export const progressOf = (kind: string, { metadata, spec = {}, status = {} }: Workload): Progress => {
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return waiting('the controller has not seen it yet')
  if (kind === 'StatefulSet') return statefulSet(spec, status)
  return kind === 'DaemonSet' ? daemonSet(status) : deployment(spec, status)
}
