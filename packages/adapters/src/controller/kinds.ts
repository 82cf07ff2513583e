/** What a config can come from. */
export type ResourceKind = 'ConfigMap' | 'Secret'
/** What can be rolled. A `Rollout` is that of Argo. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Rollout' | 'Job' | 'CronJob'

/** Annotations or labels of an object. */
export type Annotations = Readonly<Record<string, string>>

/** A ConfigMap or Secret by name, in some namespace that is known otherwise. */
export interface ResourceName {
  readonly kind: ResourceKind
  readonly name: string
}

/** `configmap/shop`: how a resource is called in annotations, logs and Events. */
export const resourceId = ({ kind, name }: ResourceName): string => `${kind.toLowerCase()}/${name}`

/** `deployment/shop`: how a workload is called in logs. */
export const workloadId = ({ kind, name }: { readonly kind: WorkloadKind; readonly name: string }): string =>
  `${kind.toLowerCase()}/${name}`
