import { parseAllDocuments } from 'yaml'
import { type Container, type Manifest, manifest, type PodSpec } from './pod-schema.js'

const twice = (names: readonly string[]): readonly string[] =>
  names.filter((name, index) => names.indexOf(name) < index).map((name) => `twice: ${name}`)

/** What a manifest runs, if it runs anything. */
export const podOf = (given: Manifest): PodSpec | undefined => {
  if (given.kind === 'Pod') return given.spec
  return given.kind === 'Deployment' || given.kind === 'StatefulSet' ? given.spec.template.spec : undefined
}

/** All containers of a pod, in the order in which they start. */
export const containersOf = ({ initContainers = [], containers }: PodSpec): readonly Container[] =>
  initContainers.concat(containers)

/** Ports that a probe names and the container does not. */
const strayProbes = (container: Container): readonly string[] =>
  ['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap((kind) => {
    const probe = (container as Readonly<Record<string, unknown>>)[kind] as
      | Partial<Record<'httpGet' | 'tcpSocket', { readonly port: string | number }>>
      | undefined
    const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port
    const names = (container.ports ?? []).map(({ name }) => name)
    return typeof port === 'string' && !names.includes(port) ? [`no port ${port} of ${container.name}`] : []
  })

/** What fits the schema and is refused, or never works, all the same: names that lead nowhere or are there twice. */
const loose = (spec: PodSpec): readonly string[] => {
  const containers = containersOf(spec)
  const volumes = (spec.volumes ?? []).map(({ name }) => name)
  const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts)
  const places = containers.flatMap(({ name, volumeMounts = [] }) =>
    volumeMounts.map(({ mountPath }) => `mount at ${mountPath} of ${name}`),
  )
  const ports = containers.flatMap(({ ports: own = [] }) => own.map((each) => `port ${each.containerPort}`))
  return [
    ...twice(containers.map(({ name }) => `container ${name}`)),
    ...twice(volumes.map((name) => `volume ${name}`)),
    ...twice(places),
    ...twice(ports),
    ...mounts.filter(({ name }) => !volumes.includes(name)).map(({ name }) => `no volume ${name}`),
    ...containers.flatMap(strayProbes),
  ]
}

/** Labels that a selector asks for and the pods do not have. */
const strayLabels = (given: Manifest): readonly string[] => {
  if (given.kind !== 'Deployment' && given.kind !== 'StatefulSet') return []
  const { selector, template } = given.spec
  return Object.entries(selector.matchLabels)
    .filter(([name, value]) => template.metadata.labels[name] !== value)
    .map(([name]) => `no label ${name} of the pods`)
}

/** What is wrong with one manifest. */
const faultsOf = (given: unknown): readonly string[] => {
  const { success, error, data } = manifest.safeParse(given)
  if (!success) return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  const spec = podOf(data)
  return [...(spec ? loose(spec) : []), ...strayLabels(data)]
}

/** What is wrong with a file of manifests, as `path: message`. */
export const faults = (text: string): readonly string[] =>
  parseAllDocuments(text).flatMap((document) =>
    document.errors.map(({ code }) => code as string).concat(faultsOf(document.toJS())),
  )

/** The manifests of a file without faults. */
export const manifestsOf = (text: string): readonly Manifest[] =>
  parseAllDocuments(text).map((document) => manifest.parse(document.toJS()))
