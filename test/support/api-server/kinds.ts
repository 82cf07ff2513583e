/** An object as it lies in the store. */
export interface Stored {
  apiVersion?: string
  kind?: string
  metadata: Meta
  [field: string]: unknown
}
export interface Meta {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[]
  finalizers?: string[]
  managedFields?: { manager: string; operation: string; fieldsV1?: unknown }[]
}

/** A type of object that the server knows. */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  /** Has a status that a write to the object itself does not touch. */
  readonly hasStatus: boolean
}

const kind = (group: string, plural: string, name: string, hasStatus = false, version = 'v1'): Kind => ({
  group,
  version,
  plural,
  kind: name,
  hasStatus,
})

export const kinds: readonly Kind[] = [
  kind('', 'configmaps', 'ConfigMap'),
  kind('', 'secrets', 'Secret'),
  kind('', 'pods', 'Pod', true),
  kind('', 'services', 'Service', true),
  kind('', 'events', 'Event'),
  kind('', 'namespaces', 'Namespace'),
  kind('discovery.k8s.io', 'endpointslices', 'EndpointSlice'),
  kind('apps', 'deployments', 'Deployment', true),
  kind('apps', 'statefulsets', 'StatefulSet', true),
  kind('apps', 'daemonsets', 'DaemonSet', true),
  kind('apps', 'replicasets', 'ReplicaSet', true),
  kind('batch', 'jobs', 'Job', true),
  kind('batch', 'cronjobs', 'CronJob', true),
  kind('coordination.k8s.io', 'leases', 'Lease'),
  kind('argoproj.io', 'rollouts', 'Rollout', true, 'v1alpha1'),
]

/** A type by its name in paths. */
export const kindOf = (plural: string): Kind => {
  const found = kinds.find((one) => one.plural === plural)
  if (!found) throw new Error(`the server knows no ${plural}`)
  return found
}

export const apiVersionOf = ({ group, version }: Kind): string =>
  group === '' ? version : `${group}/${version}`
