import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { runExample } from './support/running-example.js'
import { filesBelow, root, source } from './support/source-tree.js'

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const examples = readdirSync(path.join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['dist', 'node_modules', 'demo'].includes(entry.name))
  .map((entry) => entry.name)
const sources = filesBelow(['examples'], /\.ts$/)
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => source(file, read(file)))

/** What a user can import of a package. */
const entriesOf = (name: string): readonly string[] => {
  const { exports } = JSON.parse(read(`packages/${name}/package.json`)) as { exports: object }
  return Object.keys(exports).map((entry) => `@hotmount/${name}${entry.slice(1)}`)
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean
  readonly readOnlyRootFilesystem?: boolean
  readonly allowPrivilegeEscalation?: boolean
}
interface Container {
  readonly command: readonly string[]
  readonly securityContext: SecurityContext
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}
interface PodSpec {
  readonly securityContext: SecurityContext
  readonly containers: readonly Container[]
  readonly volumes: readonly {
    readonly name: string
    readonly configMap?: { readonly name: string }
    readonly secret?: unknown
  }[]
}
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: PodSpec | { readonly template: { readonly spec: PodSpec } }
}

describe.each(examples)('examples/%s', (name) => {
  const manifests = (): readonly Manifest[] =>
    parseAllDocuments(read(`examples/${name}/pod.yaml`)).map((document) => {
      expect(document.errors).toEqual([])
      return document.toJS() as Manifest
    })
  const pod = (): PodSpec => {
    const { spec } = manifests().find(({ kind }) => kind === 'Pod' || kind === 'Deployment') as Manifest
    return 'template' in spec ? spec.template.spec : spec
  }

  it('has a page, a pod and a test, and a main of at most 60 lines', () => {
    const files = ['README.md', 'pod.yaml', `${name}.test.ts`]
    expect(files.filter((file) => !existsSync(path.join(root, 'examples', name, file)))).toEqual([])
    expect(source('main.ts', read(`examples/${name}/main.ts`)).lines).toBeLessThanOrEqual(60)
  })

  it('has a pod that is not root, cannot write to its root, and mounts no subPath', () => {
    expect(read(`examples/${name}/pod.yaml`)).not.toMatch(/subPath:/)
    expect(pod().securityContext.runAsNonRoot).toBe(true)
    for (const { securityContext } of pod().containers)
      expect(securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      })
  })

  it('mounts a ConfigMap that it shows, or a Secret, where the command looks for it', () => {
    const shown = manifests().flatMap(({ kind, metadata }) => (kind === 'ConfigMap' ? [metadata.name] : []))
    const config = pod().volumes.filter(({ configMap, secret }) => configMap ?? secret)
    expect(config).toHaveLength(1)
    expect(shown).toEqual(config[0]?.configMap ? [config[0].configMap.name] : [])
    const mounting = pod().containers.flatMap(({ command, volumeMounts }) =>
      volumeMounts
        .filter((mount) => mount.name === config[0]?.name)
        .map(({ mountPath }) => ({ command: command.join(' '), mountPath })),
    )
    expect(mounting).not.toEqual([])
    for (const { command, mountPath } of mounting) expect(command).toContain(mountPath)
  })
})

describe('the examples', () => {
  it('are all on the overview page, and no other', () => {
    const linked = [...read('examples/README.md').matchAll(/\]\(([a-z-]+)\/README\.md\)/g)]
    expect(linked.map(([, name = '']) => name).toSorted()).toEqual(examples.toSorted())
  })

  it('import nothing of hotmount but what a user can', () => {
    const known = new Set([...entriesOf('core'), ...entriesOf('adapters')])
    const stray = sources.flatMap(({ file, imports }) =>
      imports
        .filter(({ specifier }) => {
          if (specifier.startsWith('@hotmount/')) return !known.has(specifier)
          return (
            specifier.startsWith('.') &&
            path.posix.join(path.posix.dirname(file), specifier).includes('packages/')
          )
        })
        .map(({ specifier }) => `${file} imports ${specifier}`),
    )
    expect(stray).toEqual([])
    expect(sources.length).toBeGreaterThan(examples.length)
  })

  it('have an app around the code that testing-your-own-app tests', async () => {
    const volume = await simulateMount({ 'flags.yaml': 'flags: { search: false }' })
    const app = runExample('testing-your-own-app/main', [volume.path], { env: { PORT: '0' } })
    onTestFinished(async () => {
      await app[Symbol.asyncDispose]()
      await volume[Symbol.asyncDispose]()
    })
    const url = `http://127.0.0.1:${await app.port()}/search`
    const seen = async (): Promise<string> => (await fetch(url)).text()
    expect(await seen()).toBe('off\n')
    await volume.swap({ 'flags.yaml': 'flags: { search: true }' })
    await expect.poll(seen).toBe('on\n')
  })
})
