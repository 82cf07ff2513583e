/** How far the pods of a workload are. */
export interface Standing {
  readonly wanted: number
  readonly made: number
  readonly ready: number
  readonly updated: number
  /** Of the template. */
  readonly hash: string
  readonly isDone: boolean
  readonly isStuck: boolean
  /** What a StatefulSet said before. */
  readonly current: unknown
}

const progress = ({ isStuck, isDone }: Standing): object => {
  if (isStuck) return { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }
  const reason = isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated'
  return { type: 'Progressing', status: 'True', reason }
}

/** What the controllers of a cluster say of a workload. */
export const statusOf = (plural: string, standing: Standing): object => {
  const { wanted, made, ready, updated, hash, isDone, current } = standing
  if (plural === 'daemonsets')
    return { desiredNumberScheduled: wanted, updatedNumberScheduled: updated, numberAvailable: ready }
  return {
    replicas: made,
    updatedReplicas: updated,
    readyReplicas: ready,
    availableReplicas: ready,
    ...(plural === 'statefulsets' && { updateRevision: hash, currentRevision: isDone ? hash : current }),
    ...(plural === 'deployments' && { conditions: [progress(standing)] }),
  }
}
