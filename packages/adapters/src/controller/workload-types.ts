import { type Resource, resources } from '../kubernetes/resources.js'
import type { ResourceKind, WorkloadKind } from './kinds.js'

/** The API's types of what a config comes from. */
export const resourceTypes: Readonly<Record<ResourceKind, Resource>> = {
  ConfigMap: resources.configMaps,
  Secret: resources.secrets,
}

/** The API's types of what can be rolled. */
export const workloadTypes: Readonly<Record<WorkloadKind, Resource>> = {
  Deployment: resources.deployments,
  StatefulSet: resources.statefulSets,
  DaemonSet: resources.daemonSets,
  Rollout: resources.argoRollouts,
  Job: resources.jobs,
  CronJob: resources.cronJobs,
}

/** The API's type of a namespace. */
export const namespaceType: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  isClusterWide: true,
}
