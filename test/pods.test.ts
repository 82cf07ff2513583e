import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { faults } from './support/manifests.js'
import { root } from './support/source-tree.js'

const examples = path.join(root, 'examples')
const pods = readdirSync(examples)
  .map((name) => path.join(examples, name, 'pod.yaml'))
  .filter((file) => existsSync(file))

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
    [
      'a probe of a port by a name that it has not',
      'path: /\n          port: 80',
      'path: /\n          port: web',
    ],
    ['another version', 'apiVersion: v1', 'apiVersion: v2'],
    ['another kind', 'kind: Pod', 'kind: Pods'],
  ])('%s', (_what, from, to) => {
    expect(good).toContain(from)
    expect(faults(good.replace(from, to))).not.toEqual([])
  })
})

describe('a cluster would refuse of a deployment', () => {
  const good = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: example.org/web:1
`
  it('not this', () => {
    expect(faults(good)).toEqual([])
    expect(faults(good.replace('kind: Deployment', 'kind: StatefulSet'))).toEqual([])
  })
  it.each<[what: string, from: string, to: string]>([
    ['the version of a pod', 'apps/v1', 'v1'],
    ['a selector that its pods do not fit', 'labels:\n        app: web', 'labels:\n        app: wep'],
    ['a selector without a word for what it is', 'matchLabels:\n      app: web', 'app: web'],
    [
      'pods that end',
      '    spec:\n      containers',
      '    spec:\n      restartPolicy: Never\n      containers',
    ],
    ['pods without labels', 'labels:\n        app: web', 'annotations: {}'],
    [
      'a field of the pod in the wrong place',
      '  replicas: 2',
      '  replicas: 2\n  shareProcessNamespace: true',
    ],
  ])('%s', (_what, from, to) => {
    expect(good).toContain(from)
    expect(faults(good.replace(from, to))).not.toEqual([])
  })
})
