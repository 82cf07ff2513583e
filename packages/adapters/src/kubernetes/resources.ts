import type {
  ConfigMap,
  EndpointSlice,
  EventObject,
  KubeObject,
  LeaseObject,
  Pod,
  Secret,
  Service,
  Workload,
} from './objects.js'

/** A type of object, as the API server's paths and RBAC rules name it. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  /** 'deployments'. */
  readonly plural: string
  readonly kind: string
  /** Of objects that are in no namespace. */
  readonly isClusterWide?: boolean
  /** Only for the compiler: what objects of this type look like. */
  readonly type?: T
}

const resource = <T extends KubeObject>(
  group: string,
  plural: string,
  kind: string,
  version = 'v1',
): Resource<T> => ({ group, version, plural, kind })

/** The types that are known here. Any other is a record of your own: `{ group, version, plural, kind }`. */
export const resources: {
  readonly configMaps: Resource<ConfigMap>
  readonly secrets: Resource<Secret>
  readonly pods: Resource<Pod>
  readonly services: Resource<Service>
  readonly events: Resource<EventObject>
  readonly endpointSlices: Resource<EndpointSlice>
  readonly deployments: Resource<Workload>
  readonly statefulSets: Resource<Workload>
  readonly daemonSets: Resource<Workload>
  readonly replicaSets: Resource<Workload>
  readonly leases: Resource<LeaseObject>
  readonly jobs: Resource
  readonly cronJobs: Resource
  readonly argoRollouts: Resource<Workload>
} = {
  configMaps: resource('', 'configmaps', 'ConfigMap'),
  secrets: resource('', 'secrets', 'Secret'),
  pods: resource('', 'pods', 'Pod'),
  services: resource('', 'services', 'Service'),
  events: resource('', 'events', 'Event'),
  endpointSlices: resource('discovery.k8s.io', 'endpointslices', 'EndpointSlice'),
  deployments: resource('apps', 'deployments', 'Deployment'),
  statefulSets: resource('apps', 'statefulsets', 'StatefulSet'),
  daemonSets: resource('apps', 'daemonsets', 'DaemonSet'),
  replicaSets: resource('apps', 'replicasets', 'ReplicaSet'),
  leases: resource('coordination.k8s.io', 'leases', 'Lease'),
  jobs: resource('batch', 'jobs', 'Job'),
  cronJobs: resource('batch', 'cronjobs', 'CronJob'),
  argoRollouts: resource('argoproj.io', 'rollouts', 'Rollout', 'v1alpha1'),
}

/** 'apps/v1', or 'v1' for the core group. */
export const apiVersionOf = ({ group, version }: Resource): string =>
  group === '' ? version : `${group}/${version}`

/** One object by name; without a namespace, one of the client's own. */
export interface Ref {
  readonly name: string
  readonly namespace?: string | undefined
}

/** Which part of a resource a request is about. */
export interface Address {
  /** Undefined: all namespaces. */
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  /** 'status', 'scale'. */
  readonly subresource?: string | undefined
}

/** The path of a request on the API server. */
export const pathOf = (of: Resource, { namespace, name, subresource }: Address): string => {
  const root = of.group === '' ? ['api', of.version] : ['apis', of.group, of.version]
  const inside = namespace === undefined ? [] : ['namespaces', namespace]
  const parts = [...root, ...inside, of.plural, name, subresource].filter((part) => part !== undefined)
  return `/${parts.map(encodeURIComponent).join('/')}`
}
