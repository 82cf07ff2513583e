import { existsSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listProcesses } from '../../packages/adapters/src/process/procfs.js'
import type { Rule } from '../../test/support/api-server/access.js'
import { kubeconfigOf } from '../../test/support/api-server/credentials.js'
import { endpointSlice, service } from '../../test/support/api-server/objects.js'
import { apiServer } from '../../test/support/api-server/start.js'
import { authority } from '../../test/support/certificates.js'
import { freePort } from '../../test/support/free-port.js'
import { directory as temporary } from '../../test/support/mounted.js'
import { roleIn } from '../../test/support/roles.js'
import { runExample } from '../../test/support/running-example.js'
import { installed } from '../../test/support/servers.js'
import { root } from '../../test/support/source-tree.js'
import { steadyLoad } from '../../test/support/steady-load.js'
import { answer, webServer } from '../../test/support/web-server.js'

const podFile = 'examples/nginx-service-proxy/pod.yaml'
const labels = { expose: 'nginx' }

const sliceAt = (port: number) => endpointSlice('shop', ['127.0.0.1'], port, { name: `shop-${port}` })

const page = async (url: string): Promise<string> => {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return `${response.status} ${await response.text()}`
}

const hasLua =
  existsSync('/usr/lib/nginx/modules/ngx_http_lua_module.so') &&
  readdirSync('/usr/lib').some((directory) => existsSync(`/usr/lib/${directory}/lua/5.1/cjson.so`))
const slicesToo: readonly Rule[] = [
  ...roleIn(podFile),
  {
    apiGroups: ['discovery.k8s.io'],
    resources: ['endpointslices'],
    verbs: ['list', 'watch'],
    namespace: 'default',
  },
]

describe.skipIf(!hasLua || installed('nginx') === undefined)(
  'a proxy that is told endpoints while it runs [needs nginx, openssl, nginx-lua, lua-cjson]',
  () => {
    it('takes endpoints that come and go without a reload and without a failed request', async () => {
      const server = await apiServer()
      server.access.grant('proxy', slicesToo)
      server.store.create('services', service('shop', { labels }))
      const [a, b] = [await webServer([answer(200, 'a')]), await webServer([answer(200, 'b')])]
      server.store.create('endpointslices', sliceAt(a.port))
      const [tmp, port, secure, admin] = [
        await temporary(),
        await freePort(),
        await freePort(),
        await freePort(),
      ]
      const { pem } = authority().issue('shop.example')
      await writeFile(path.join(tmp, 'tls.crt'), pem.cert)
      await writeFile(path.join(tmp, 'tls.key'), pem.key)
      const config = path.join(tmp, 'nginx.conf')
      const lua = await readFile(path.join(root, 'examples/nginx-dynamic-upstreams/nginx.conf'), 'utf8')
      await writeFile(
        config,
        lua
          .replaceAll('/tmp/', `${tmp}/`)
          .replaceAll('/etc/web', path.join(tmp, 'web'))
          .replaceAll('/etc/tls', tmp)
          .replace('listen 8080', `listen 127.0.0.1:${port}`)
          .replace('listen 8443', `listen 127.0.0.1:${secure}`)
          .replace('127.0.0.1:18080', `127.0.0.1:${admin}`),
      )
      const KUBECONFIG = kubeconfigOf(server, path.join(tmp, 'kubeconfig'), 'proxy')
      const argv = [installed('nginx') ?? 'nginx', '-p', tmp, '-c', config, '-g', 'daemon off;']
      const app = runExample(
        'nginx-service-proxy/main',
        ['expose=nginx', `http://127.0.0.1:${admin}`, ...argv],
        { env: { KUBECONFIG } },
      )
      onTestFinished(() => app[Symbol.asyncDispose]())
      await app.printed(/push services\.json: applied/)
      const workers = async (): Promise<readonly number[]> => {
        const master = Number(await readFile(path.join(tmp, 'nginx.pid'), 'utf8'))
        return listProcesses(({ ppid }) => ppid === master).map(({ pid }) => pid)
      }
      const [before, url] = [await workers(), `http://127.0.0.1:${port}/`]
      expect(await page(url)).toBe('200 a')
      const load = steadyLoad(url, 100)
      await expect.poll(() => a.heard.length, { timeout: 20_000 }).toBeGreaterThan(50)
      for (const round of [1, 2, 3]) {
        const [next, old] = round % 2 === 1 ? [b, a] : [a, b]
        server.store.create('endpointslices', sliceAt(next.port))
        server.store.remove('endpointslices', 'default', `shop-${old.port}`)
        const name = next === b ? 'b' : 'a'
        await expect
          .poll(async () => [await page(url), await page(url)])
          .toEqual([`200 ${name}`, `200 ${name}`])
      }
      expect(await load.stop()).toMatchObject({ failed: 0 })
      expect(await workers()).toEqual(before)
      expect(app.output).not.toMatch(/reconfiguring/)
    }, 60_000)
  },
)
