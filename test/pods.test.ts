import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { manifest, type PodSpec } from './support/pod-schema.js'
import { root } from './support/source-tree.js'

const examples = path.join(root, 'examples')
const pods = readdirSync(examples)
  .map((name) => path.join(examples, name, 'pod.yaml'))
  .filter((file) => existsSync(file))

const twice = (names: readonly string[]): readonly string[] =>
  names.filter((name, index) => names.indexOf(name) < index).map((name) => `twice: ${name}`)

/** What fits the schema and is refused all the same: names that lead nowhere or are there twice. */
const loose = (spec: PodSpec): readonly string[] => {
  const containers = (spec.initContainers ?? []).concat(spec.containers)
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
  ]
}

/** What is wrong with one manifest. */
const faultsOf = (given: unknown): readonly string[] => {
  const { success, error, data } = manifest.safeParse(given)
  if (!success) return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (data.kind === 'Pod') return loose(data.spec)
  return data.kind === 'Deployment' ? loose(data.spec.template.spec) : []
}

/** What is wrong with a file of manifests, as `path: message`. */
const faults = (text: string): readonly string[] =>
  parseAllDocuments(text).flatMap((document) =>
    document.errors.map(({ code }) => code as string).concat(faultsOf(document.toJS())),
  )

describe('pod.yaml', () => {
  it('is there', () => {
    expect(pods.length).toBeGreaterThan(6)
  })
  it.each(pods.map((file) => path.relative(root, file)))('%s would be taken by a cluster', (file) => {
    expect(faults(readFileSync(path.join(root, file), 'utf8'))).toEqual([])
  })
})

// A schema that cannot complain keeps nothing true.
describe('a cluster would refuse', () => {
  const good = `
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  shareProcessNamespace: true
  containers:
    - name: web
      image: example.org/web:1
      ports:
        - containerPort: 80
      readinessProbe:
        httpGet:
          path: /
          port: 80
        periodSeconds: 2
      volumeMounts:
        - name: config
          mountPath: /etc/web
  volumes:
    - name: config
      configMap:
        name: web
`
  it('not this', () => {
    expect(faults(good)).toEqual([])
  })
  it.each<[what: string, from: string, to: string]>([
    ['a field that does not exist', 'shareProcessNamespace', 'shareProcesNamespace'],
    ['a field at the wrong depth', '  shareProcessNamespace', 'shareProcessNamespace'],
    ['a text for a switch', 'shareProcessNamespace: true', "shareProcessNamespace: 'true'"],
    ['a text for a port', 'containerPort: 80', "containerPort: '80'"],
    ['a port that is none', 'containerPort: 80', 'containerPort: 65536'],
    ['a probe that asks nothing', 'httpGet', 'httpGot'],
    ['a probe without a pause', 'periodSeconds: 2', 'periodSeconds: 0'],
    ['a name with a capital', 'name: web\nspec', 'name: Web\nspec'],
    ['a container without a name', '- name: web\n      image', '- image'],
    ['a relative mount path', '/etc/web', 'etc/web'],
    ['a mount of no volume', '- name: config\n          mountPath', '- name: conf\n          mountPath'],
    [
      'a volume of two kinds',
      'configMap:\n        name: web',
      'emptyDir: {}\n      configMap:\n        name: web',
    ],
    ['a secret by the wrong name', 'configMap:', 'secret:'],
    [
      'two mounts at one place',
      '  volumes:',
      '        - name: config\n          mountPath: /etc/web\n  volumes:',
    ],
    ['two volumes of one name', '  volumes:', '  volumes:\n    - name: config\n      emptyDir: {}'],
    ['another version', 'apiVersion: v1', 'apiVersion: v2'],
    ['another kind', 'kind: Pod', 'kind: Pods'],
  ])('%s', (_what, from, to) => {
    expect(good).toContain(from)
    expect(faults(good.replace(from, to))).not.toEqual([])
  })
})
