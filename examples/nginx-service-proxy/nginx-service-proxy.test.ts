import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { simulateMount, type SimulatedMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listProcesses } from '../../packages/adapters/src/process/procfs.js'
import { finish, launch, logged, type Running } from '../../test/adapters/cli/support.js'
import type { Rule } from '../../test/support/api-server/access.js'
import { kubeconfigOf } from '../../test/support/api-server/credentials.js'
import { endpointSlice, service } from '../../test/support/api-server/objects.js'
import { apiServer } from '../../test/support/api-server/start.js'
import { authority } from '../../test/support/certificates.js'
import { freePort } from '../../test/support/free-port.js'
import { manifestsOf } from '../../test/support/manifests.js'
import { directory as temporary } from '../../test/support/mounted.js'
import { roleIn } from '../../test/support/roles.js'
import { runExample } from '../../test/support/running-example.js'
import { describeWith, installed } from '../../test/support/servers.js'
import { root } from '../../test/support/source-tree.js'
import { steadyLoad } from '../../test/support/steady-load.js'
import { answer, webServer } from '../../test/support/web-server.js'

const podFile = 'examples/nginx-service-proxy/pod.yaml'
const manifests = manifestsOf(await readFile(path.join(root, podFile), 'utf8'))
const labels = { expose: 'nginx' }
const index = (page: string) => ({ 'example.org/index': page })

/** The command of a container of the pod, with other paths. */
const commandOf = (name: string, paths: Readonly<Record<string, string>>): readonly string[] => {
  const pod = manifests.find(({ kind }) => kind === 'Pod')
  if (pod?.kind !== 'Pod') throw new Error('no pod')
  const container = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((one) => one.name === name)
  const moved = (word: string): string =>
    Object.entries(paths).reduce((text, [from, to]) => text.replaceAll(from, to), word)
  // The first word is hotmount itself.
  return (container?.command ?? []).slice(1).map(moved)
}

const templatesAt = (port: number, tmp: string): Readonly<Record<string, string>> => {
  const given = manifests.find(({ kind }) => kind === 'ConfigMap')
  const data = given?.kind === 'ConfigMap' ? (given.data ?? {}) : {}
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [
      key,
      text.replaceAll('/tmp/', `${tmp}/`).replace('listen 8080', `listen 127.0.0.1:${port}`),
    ]),
  )
}

const page = async (url: string): Promise<string> => {
  try {
    const response = await fetch(url, { headers: { connection: 'close' } })
    return `${response.status} ${await response.text()}`
  } catch {
    return 'refused'
  }
}

interface Pod {
  readonly server: Awaited<ReturnType<typeof apiServer>>
  readonly templates: SimulatedMount
  readonly into: string
  readonly url: string
  readonly backend: number
  readonly init: () => Promise<{ readonly code: number; readonly err: string }>
  readonly generator: () => Running
  readonly nginx: () => Running
  readonly change: (page: string, port?: number) => void
}

const pod = async (rules: readonly Rule[] = roleIn(podFile)): Promise<Pod> => {
  const server = await apiServer()
  server.access.grant('proxy', rules)
  const backend = await webServer([answer(200, 'page 1')])
  const shop = (wanted: string, port: number) =>
    service('shop', { labels, annotations: index(wanted), clusterIP: '127.0.0.1', port })
  server.store.create('services', shop('index1.html', backend.port))
  server.store.create('services', service('hidden'))
  const [tmp, port] = [await temporary(), await freePort()]
  const into = path.join(tmp, 'conf.d')
  await mkdir(into)
  const KUBECONFIG = kubeconfigOf(server, path.join(tmp, 'kubeconfig'), 'proxy')
  const templates = await simulateMount(templatesAt(port, tmp))
  onTestFinished(() => templates[Symbol.asyncDispose]())
  const paths = {
    '/etc/templates': templates.path,
    '/etc/nginx/conf.d': into,
    'nginx -t': `${installed('nginx') ?? 'nginx'} -t`,
    ':9533': '0',
  }
  const env = { ...process.env, KUBECONFIG }
  return {
    server,
    templates,
    into,
    url: `http://127.0.0.1:${port}`,
    backend: backend.port,
    init: () => finish(commandOf('first-config', paths), { env }),
    generator: () => launch(commandOf('generator', paths), env),
    nginx: () => {
      const words = commandOf('nginx', paths).map((word) => (word === 'nginx' ? (installed(word) ?? word) : word))
      return launch(words, process.env)
    },
    change: (wanted, to = backend.port) => void server.store.replace('services', shop(wanted, to)),
  }
}

describeWith('nginx', 'a proxy whose config is made from Services', () => {
  it('switches its index page when the Service changes, by the pod as it is published', async () => {
    const { init, generator, nginx, url, into, change, server } = await pod()
    expect(await init()).toMatchObject({ code: 0 })
    expect(await readFile(path.join(into, 'default.conf'), 'utf8')).toMatch(/index1\.html/)
    const [made, ran] = [generator(), nginx()]
    await expect.poll(() => page(`${url}/healthz`), { timeout: 20_000 }).toBe('204 ')
    await logged(made, { msg: 'config is there' })
    change('index2.html')
    const { evidence } = await logged(ran, { msg: 'config applied' })
    expect(evidence).toMatch(/new workers/)
    expect(await readFile(path.join(into, 'default.conf'), 'utf8')).toMatch(/index2\.html/)
    server.store.create('services', service('other', { labels }))
    await expect.poll(() => readFile(path.join(into, 'default.conf'), 'utf8')).toMatch(/\/other\//)
    // No right but those of the Role was needed.
    expect(Object.keys(server.counts.all())).toEqual(['list services', 'watch services'])
  }, 60_000)
})
