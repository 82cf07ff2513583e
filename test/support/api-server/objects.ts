import type { Stored } from './kinds.js'

/** A workload as a test needs it. */
export interface Wanted {
  readonly name: string
  readonly namespace?: string
  readonly replicas?: number
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
  /** Of its pods. */
  readonly template?: { readonly annotations?: Record<string, string>; readonly spec?: object }
}

/** A Deployment, StatefulSet or DaemonSet. */
export const workload = ({
  name,
  namespace = 'default',
  replicas = 2,
  labels,
  annotations,
  template,
}: Wanted): Stored => {
  const app = { app: name }
  return {
    metadata: {
      name,
      namespace,
      labels: { ...app, ...labels },
      ...(annotations && { annotations }),
    },
    spec: {
      replicas,
      selector: { matchLabels: app },
      template: {
        metadata: { labels: app, ...(template?.annotations && { annotations: template.annotations }) },
        spec: template?.spec ?? { containers: [{ name, image: `example.org/${name}:1` }] },
      },
    },
  }
}

/** A ConfigMap. */
export const configMap = (name: string, data: Record<string, string>, namespace = 'default'): Stored => ({
  metadata: { name, namespace },
  data,
})

/** A Secret; values are given in plain. */
export const secret = (name: string, data: Record<string, string>, namespace = 'default'): Stored => ({
  metadata: { name, namespace },
  type: 'Opaque',
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  ),
})

/** A Pod of its own. */
export const pod = (
  name: string,
  {
    namespace = 'default',
    labels = {},
    annotations = {},
    ready = true,
  }: {
    readonly namespace?: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
    readonly ready?: boolean
  } = {},
): Stored => ({
  metadata: { name, namespace, labels, annotations },
  spec: { containers: [{ name: 'app', image: 'example.org/app:1' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
})

/** A Service with one port. */
export const service = (
  name: string,
  {
    namespace = 'default',
    labels = {},
    annotations = {},
    clusterIP = '10.96.0.10',
    port = 80,
  }: {
    readonly namespace?: string
    readonly labels?: Record<string, string>
    readonly annotations?: Record<string, string>
    readonly clusterIP?: string
    readonly port?: number
  } = {},
): Stored => ({
  metadata: { name, namespace, labels, annotations },
  spec: { type: 'ClusterIP', clusterIP, ports: [{ port, protocol: 'TCP' }] },
})

/** An EndpointSlice: where a Service leads. */
export const endpointSlice = (
  of: string,
  addresses: readonly (string | { readonly address: string; readonly conditions: object })[],
  port: number,
  {
    name = `${of}-x7k2p`,
    namespace = 'default',
  }: { readonly name?: string; readonly namespace?: string } = {},
): Stored => ({
  metadata: { name, namespace, labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: addresses.map((one) =>
    typeof one === 'string'
      ? { addresses: [one], conditions: { ready: true } }
      : { addresses: [one.address], conditions: one.conditions },
  ),
  ports: [{ port, protocol: 'TCP' }],
})
