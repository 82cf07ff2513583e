import type { WorkloadKind } from './kinds.js'

/**
 * How far a rollout is. `manual`: the workload rolls only when a person deletes its pods, or resumes it; nobody waits
 * for that.
 */
export type Progress = 'complete' | 'rolling' | 'failed' | 'manual'

/** What is looked at of a workload. Whatever else an API server sends is not. */
export interface Rolling {
  readonly metadata: { readonly generation?: number }
  readonly spec?: {
    readonly replicas?: number
    readonly paused?: boolean
    readonly updateStrategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly partition?: number }
    }
  }
  readonly status?: {
    readonly observedGeneration?: number | string
    readonly replicas?: number
    readonly updatedReplicas?: number
    readonly readyReplicas?: number
    readonly availableReplicas?: number
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
    readonly phase?: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
    }[]
  }
}

const deployment = ({ spec = {}, status = {} }: Rolling): Progress => {
  if (spec.paused === true) return 'manual'
  const isStuck = status.conditions?.some(
    ({ type, status: is, reason }) =>
      type === 'Progressing' && is === 'False' && reason === 'ProgressDeadlineExceeded',
  )
  const wanted = spec.replicas ?? 1
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status
  const isDone =
    updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= updatedReplicas
  if (isDone) return 'complete'
  return isStuck === true ? 'failed' : 'rolling'
}

const statefulSet = ({ spec = {}, status = {} }: Rolling): Progress => {
  if (spec.updateStrategy?.type === 'OnDelete') return 'manual'
  const wanted = (spec.replicas ?? 1) - (spec.updateStrategy?.rollingUpdate?.partition ?? 0)
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = status
  return updatedReplicas >= wanted && readyReplicas >= replicas ? 'complete' : 'rolling'
}

const daemonSet = ({ spec = {}, status = {} }: Rolling): Progress => {
  if (spec.updateStrategy?.type === 'OnDelete') return 'manual'
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status
  return updatedNumberScheduled >= wanted && numberAvailable >= wanted ? 'complete' : 'rolling'
}

/**
 * How many pods are new, of a kind whose own controller never says that a rollout is stuck: then another count is what
 * goes on. Undefined for the kinds that have a deadline of their own.
 */
export const updatedOf = (kind: WorkloadKind, { status = {} }: Rolling): number | undefined => {
  if (kind === 'StatefulSet') return status.updatedReplicas ?? 0
  return kind === 'DaemonSet' ? (status.updatedNumberScheduled ?? 0) : undefined
}

const phases: Readonly<Record<string, Progress | undefined>> = {
  Healthy: 'complete',
  Degraded: 'failed',
  Paused: 'manual',
}

/** How far the newest rollout of a workload is, by its status. */
export const progressOf = (kind: WorkloadKind, object: Rolling): Progress => {
  if (kind === 'Job' || kind === 'CronJob') return 'complete'
  const { metadata, status } = object
  // What a controller has not looked at yet tells of the rollout before. Argo writes its number as text.
  if (Number(status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'rolling'
  if (kind === 'Rollout') return phases[status?.phase ?? ''] ?? 'rolling'
  return kind === 'Deployment'
    ? deployment(object)
    : kind === 'StatefulSet'
      ? statefulSet(object)
      : daemonSet(object)
}
