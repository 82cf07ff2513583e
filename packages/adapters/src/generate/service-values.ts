import type { EndpointSlice, Service } from '../kubernetes/objects.js'

/** One port of a Service. */
export interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly protocol: string
}

/** One address and port behind a Service. */
export interface ServiceEndpoint {
  readonly address: string
  readonly port: number
  /** Name of the port, where the Service gives it one. */
  readonly name?: string
  readonly protocol: string
  readonly family: 'IPv4' | 'IPv6' | 'FQDN'
  readonly node?: string
  readonly zone?: string
}

/** What a template is told of one Service. Nothing in it changes while the Service means the same. */
export interface ServiceValue {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly type: string
  /** 'None' for a headless one. */
  readonly clusterIP?: string
  readonly externalName?: string
  readonly ports: readonly ServicePort[]
  /** Sorted. Those that are ready; when none is, those that still serve while they end, as for kube-proxy. */
  readonly endpoints: readonly ServiceEndpoint[]
}

/** What is kept of a Service. */
export type KeptService = Omit<ServiceValue, 'endpoints'>
/** What is kept of an EndpointSlice. */
export interface KeptSlice {
  /** 'namespace/name' of its Service. */
  readonly service: string
  readonly ready: readonly ServiceEndpoint[]
  readonly serving: readonly ServiceEndpoint[]
}

/** The label that says whose slice it is. */
export const serviceNameLabel = 'kubernetes.io/service-name'

// kubectl writes the whole object into it: it changes when nothing of the Service does.
const noise = 'kubectl.kubernetes.io/last-applied-configuration'

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

const sorted = <T>(of: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(of).toSorted(([one], [other]) => compare(one, other)))

const portOf = ({
  name = '',
  port,
  protocol = 'TCP',
}: {
  readonly name?: string
  readonly port: number
  readonly protocol?: string
}): ServicePort => (name === '' ? { port, protocol } : { name, port, protocol })

/** What is kept of a Service. */
export const keptService = ({ metadata, spec = {} }: Service): KeptService => {
  const { [noise]: _, ...annotations } = metadata.annotations ?? {}
  const { type = 'ClusterIP', clusterIP, externalName, ports = [] } = spec
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    labels: sorted(metadata.labels ?? {}),
    annotations: sorted(annotations),
    type,
    ...(clusterIP !== undefined && clusterIP !== '' && { clusterIP }),
    ...(externalName !== undefined && externalName !== '' && { externalName }),
    ports: ports.map(portOf),
  }
}

/** What is kept of an EndpointSlice; undefined when it belongs to no Service. */
export const keptSlice = ({
  metadata,
  addressType: family = 'IPv4',
  endpoints,
  ports,
}: EndpointSlice): KeptSlice | undefined => {
  const owner = metadata.labels?.[serviceNameLabel]
  if (owner === undefined) return undefined
  const ready: ServiceEndpoint[] = []
  const serving: ServiceEndpoint[] = []
  // Both may be null: an API server says so of what is empty.
  for (const { addresses, conditions = {}, nodeName, zone } of endpoints ?? [])
    for (const address of addresses.slice(0, 1))
      for (const { name, port, protocol = 'TCP' } of ports ?? []) {
        if (port === undefined) continue
        const endpoint: ServiceEndpoint = {
          address,
          port,
          ...(name !== undefined && name !== '' && { name }),
          protocol,
          family,
          ...(nodeName !== undefined && { node: nodeName }),
          ...(zone !== undefined && { zone }),
        }
        // Not said is yes, of both.
        if (conditions.ready !== false) ready.push(endpoint)
        else if (conditions.serving !== false && conditions.terminating === true) serving.push(endpoint)
      }
  return { service: `${metadata.namespace ?? ''}/${owner}`, ready, serving }
}

const idOf = ({ address, port, name = '', protocol }: ServiceEndpoint): string =>
  JSON.stringify([address, String(port).padStart(5, '0'), name, protocol])

/** Each once: an endpoint that moves from one slice to another is in both for a moment. */
const distinct = (endpoints: readonly ServiceEndpoint[]): readonly ServiceEndpoint[] =>
  [...new Map(endpoints.map((one) => [idOf(one), one]))]
    .toSorted(([one], [other]) => compare(one, other))
    .map(([, endpoint]) => endpoint)

const withEndpoints = (service: KeptService, slices: readonly KeptSlice[]): ServiceValue => {
  const ready = slices.flatMap((slice) => slice.ready)
  const endpoints = ready.length > 0 ? ready : slices.flatMap((slice) => slice.serving)
  return { ...service, endpoints: distinct(endpoints) }
}

/** Services with their endpoints, the same for the same cluster, whatever order it was heard in. */
export const serviceValues = (
  services: Iterable<readonly [key: string, service: KeptService]>,
  slices: Iterable<readonly [key: string, slice: KeptSlice]>,
): readonly ServiceValue[] => {
  const behind = new Map<string, KeptSlice[]>()
  for (const [, slice] of slices) {
    const list = behind.get(slice.service)
    if (list) list.push(slice)
    else behind.set(slice.service, [slice])
  }
  return [...services]
    .toSorted(([one], [other]) => compare(one, other))
    .map(([key, service]) => withEndpoints(service, behind.get(key) ?? []))
}
