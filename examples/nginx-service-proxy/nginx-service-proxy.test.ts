import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { simulateMount, type SimulatedMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { finish, launch, logged, type Running } from '../../test/adapters/cli/support.js'
import { startLoad } from '../../test/e2e/load.js'
import type { Rule } from '../../test/support/api-server/access.js'
import { kubeconfigOf } from '../../test/support/api-server/credentials.js'
import { service } from '../../test/support/api-server/objects.js'
import { apiServer } from '../../test/support/api-server/start.js'
import { freePort } from '../../test/support/free-port.js'
import { manifestsOf } from '../../test/support/manifests.js'
import { directory as temporary } from '../../test/support/mounted.js'
import { roleIn } from '../../test/support/roles.js'
import { describeWith, installed } from '../../test/support/servers.js'
import { root } from '../../test/support/source-tree.js'
import { webServer } from '../../test/support/web-server.js'

const podFile = 'examples/nginx-service-proxy/pod.yaml'
const manifests = manifestsOf(await readFile(path.join(root, podFile), 'utf8'))
const labels = { expose: 'nginx' }
const index = (page: string) => ({ 'example.org/index': page })

const shop = (wanted: string, port: number) =>
  service('shop', { labels, annotations: index(wanted), clusterIP: '127.0.0.1', port })

/** The command of a container of the pod, with other paths. */
const commandOf = (name: string, paths: Readonly<Record<string, string>>): readonly string[] => {
  const pod = manifests.find(({ kind }) => kind === 'Pod')
  if (pod?.kind !== 'Pod') throw new Error('no pod')
  const container = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find(
    (one) => one.name === name,
  )
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
  readonly init: (more?: readonly string[]) => Promise<{ readonly code: number; readonly err: string }>
  readonly generator: () => Running
  readonly nginx: () => Running
  readonly change: (page: string, port?: number) => void
}

const pod = async (rules: readonly Rule[] = roleIn(podFile)): Promise<Pod> => {
  const server = await apiServer()
  server.access.grant('proxy', rules)
  const backend = await webServer([(response, { path: asked }) => void response.end(`this is ${asked}`)])
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
    init: (more = []) => finish([...commandOf('first-config', paths), ...more], { env }),
    generator: () => launch(commandOf('generator', paths), env),
    nginx: () => {
      const words = commandOf('nginx', paths).map((word) =>
        word === 'nginx' ? (installed(word) ?? word) : word,
      )
      return launch(words, process.env)
    },
    change: (wanted, to = backend.port) => void server.store.replace('services', shop(wanted, to)),
  }
}

const running = async (rules?: readonly Rule[]) => {
  const made = await pod(rules)
  expect(await made.init()).toMatchObject({ code: 0 })
  const [generator, nginx] = [made.generator(), made.nginx()]
  await logged(generator, { msg: 'config is there' })
  await expect.poll(() => page(`${made.url}/shop/`), { timeout: 20_000 }).toBe('200 this is /index1.html')
  return { ...made, running: { generator, nginx } }
}

const applied = ({ log }: Running): readonly unknown[] => log().filter(({ msg }) => msg === 'config applied')

describeWith('nginx', 'a proxy whose config is made from Services', () => {
  it('switches its index page when the Service changes, by the pod as it is published', async () => {
    const { url, into, change, server, running: containers } = await running()
    expect(await page(`${url}/hidden/`)).toMatch(/^404 /)
    change('index2.html')
    await expect.poll(() => page(`${url}/shop/`), { timeout: 20_000 }).toBe('200 this is /index2.html')
    expect((await logged(containers.nginx, { msg: 'config applied' }))['evidence']).toMatch(/new workers/)
    // Who may annotate a Service cannot write directives.
    change('x; } location = /secret { return 200 "mine"')
    await expect.poll(() => page(`${url}/shop/`), { timeout: 20_000 }).toBe('200 this is /index.html')
    expect(await readFile(path.join(into, 'default.conf'), 'utf8')).not.toMatch(/secret/)
    // No right but those of the Role was needed.
    expect(Object.keys(server.counts.all())).toEqual(['list services', 'watch services'])
  }, 60_000)

  it('never shows half a file, and loses no request while Services change all the time', async () => {
    const { url, into, change, running: containers } = await running()
    const whole = /^server \{\n[^]*proxy_pass http:\/\/127\.0\.0\.1:\d+\/index-?\d+\.html; \}\n[^]*\n\}\n$/
    const seen = new Set<string>()
    const over = new AbortController()
    const reading = (async () => {
      while (!over.signal.aborted) seen.add(await readFile(path.join(into, 'default.conf'), 'utf8'))
    })()
    // Each on a connection of its own: nginx closes kept ones at a reload, as HTTP allows it to.
    const stop = startLoad(`${url}/shop/`)
    for (let count = 1; count <= 8; count++) {
      change(`index-${count}.html`)
      await expect
        .poll(() => page(`${url}/shop/`), { timeout: 20_000 })
        .toBe(`200 this is /index-${count}.html`)
    }
    over.abort()
    await reading
    const { answered, failed } = await stop()
    expect(failed).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect([...seen].filter((text) => !whole.test(text))).toEqual([])
    expect(seen.size).toBeGreaterThanOrEqual(8)
    expect(containers.nginx.log().filter(({ level }) => Number(level) > 30)).toEqual([])
  }, 90_000)

  it('keeps what is published when a template is broken, also for an nginx that starts then', async () => {
    const { templates, url, change, nginx, running: containers } = await running()
    const good = await readFile(path.join(templates.path, 'default.conf.eta'), 'utf8')
    await templates.patch({ 'default.conf.eta': good.replace('listen', 'lissten') })
    const { error } = await logged(containers.generator, { msg: 'config rejected' })
    expect(error).toMatch(/unknown directive "lissten"/)
    expect(await page(`${url}/shop/`)).toBe('200 this is /index1.html')
    containers.nginx.child.kill('SIGTERM')
    expect(await containers.nginx.exited).toBe(0)
    expect(await page(`${url}/shop/`)).toBe('refused')
    nginx()
    await expect.poll(() => page(`${url}/shop/`), { timeout: 20_000 }).toBe('200 this is /index1.html')
    change('index2.html')
    await templates.patch({ 'default.conf.eta': good.replace('204', '205') })
    await expect.poll(() => page(`${url}/shop/`), { timeout: 20_000 }).toBe('200 this is /index2.html')
    expect(await page(`${url}/healthz`)).toBe('205 ')
  }, 60_000)

  it('goes on without an API server, and begins again where it was', async () => {
    const { server, url, change, init, generator, running: containers } = await running()
    await server.stop()
    await logged(containers.generator, { msg: 'mount trouble', code: 'MOUNT_UNREADABLE' })
    containers.generator.child.kill('SIGKILL')
    const again = generator()
    await logged(again, { msg: 'mount trouble', code: 'MOUNT_UNREADABLE' })
    expect(await init(['--wait=500ms'])).toMatchObject({
      code: 0,
      err: expect.stringMatching(/stays/) as unknown,
    })
    expect(await page(`${url}/shop/`)).toBe('200 this is /index1.html')
    change('index2.html')
    await server.start()
    await expect.poll(() => page(`${url}/shop/`), { timeout: 40_000 }).toBe('200 this is /index2.html')
    await expect.poll(() => applied(containers.nginx), { timeout: 20_000 }).toHaveLength(1)
    again.child.kill('SIGTERM')
    expect(await again.exited).toBe(0)
  }, 90_000)
})
