import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from 'node:tls'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listProcesses } from '../../packages/adapters/src/process/procfs.js'
import { authority, type Issued } from '../../test/support/certificates.js'
import { freePort } from '../../test/support/free-port.js'
import { runExample } from '../../test/support/running-example.js'
import { installed } from '../../test/support/servers.js'
import { steadyLoad } from '../../test/support/steady-load.js'
import { answer, webServer } from '../../test/support/web-server.js'

// Libraries are below a directory that is named after the processor.
const isThere =
  existsSync('/usr/lib/nginx/modules/ngx_http_lua_module.so') &&
  readdirSync('/usr/lib').some((directory) => existsSync(`/usr/lib/${directory}/lua/5.1/cjson.so`))

const listing = (...ports: readonly number[]): string =>
  JSON.stringify(ports.map((port) => ({ address: '127.0.0.1', port })))
const site = (name: string): string => `add_header x-site ${name};\n`
const pairOf = ({ pem }: Issued) => ({ 'tls.crt': pem.cert, 'tls.key': pem.key })

const servedAt = async (port: number): Promise<string | undefined> => {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const served = socket.getPeerX509Certificate()?.fingerprint256
  socket.destroy()
  return served
}

const start = async () => {
  const ca = authority()
  const [a, b] = [await webServer([answer(200, 'a')]), await webServer([answer(200, 'b')])]
  const [plain, secure, admin] = [await freePort(), await freePort(), await freePort()]
  const web = await simulateMount({ 'backends.json': listing(a.port), 'site.conf': site('one') })
  const tls = await simulateMount(pairOf(ca.issue('old.example')))
  const directory = await mkdtemp(path.join(tmpdir(), 'hotmount-lua-'))
  const config = path.join(directory, 'nginx.conf')
  const shipped = await readFile(path.join(import.meta.dirname, 'nginx.conf'), 'utf8')
  await writeFile(
    config,
    shipped
      .replaceAll('/tmp/', `${directory}/`)
      .replaceAll('/etc/web', web.path)
      .replaceAll('/etc/tls', tls.path)
      .replace('listen 8080', `listen 127.0.0.1:${plain}`)
      .replace('listen 8443', `listen 127.0.0.1:${secure}`)
      .replace('127.0.0.1:18080', `127.0.0.1:${admin}`),
  )
  const control = `http://127.0.0.1:${admin}`
  const argv = [installed('nginx') ?? 'nginx', '-p', directory, '-c', config, '-g', 'daemon off;']
  const wrapper = runExample('nginx-dynamic-upstreams/main', [web.path, tls.path, control, ...argv])
  onTestFinished(async () => {
    await wrapper[Symbol.asyncDispose]()
    await web[Symbol.asyncDispose]()
    await tls[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  await wrapper.printed(/push backends\.json: applied/)
  await wrapper.printed(/certificate: applied/)
  const master = async (): Promise<number> =>
    Number(await readFile(path.join(directory, 'nginx.pid'), 'utf8'))
  const workers = async (): Promise<readonly number[]> => {
    const parent = await master()
    return listProcesses(({ ppid }) => ppid === parent).map(({ pid }) => pid)
  }
  const get = async () => {
    const response = await fetch(`http://127.0.0.1:${plain}/`, { headers: { connection: 'close' } })
    return `${await response.text()} from ${String(response.headers.get('x-site'))}`
  }
  return { ca, a, b, web, tls, plain, secure, control, wrapper, master, workers, get }
}

describe.skipIf(!isThere || installed('nginx') === undefined)(
  'nginx that takes backends while it runs [needs nginx, openssl, nginx-lua, lua-cjson]',
  () => {
    it('uses pushed backends and certificates at the next request: no reload, no failed request', async () => {
      const { ca, a, b, web, tls, plain, secure, control, wrapper, workers, get } = await start()
      expect(await get()).toBe('a from one')
      const before = await workers()
      expect(before).toHaveLength(2)
      const load = steadyLoad(`http://127.0.0.1:${plain}/`, 200)
      const answered = a.heard.length
      await expect.poll(() => a.heard.length, { timeout: 10_000 }).toBeGreaterThan(answered + 50)

      const renewed = ca.issue('renewed.example')
      for (const ports of [[b.port], [a.port, b.port], [a.port], [b.port]]) {
        const printed = wrapper.output.length
        await web.patch({ 'backends.json': listing(...ports) })
        await wrapper.printed(/push backends\.json: applied: pushed \d+ bytes, read back equal/, printed)
        const shown = await fetch(`${control}/configuration/backends`)
        expect(await shown.text()).toBe(listing(...ports))
      }
      const heard = { a: a.heard.length, b: b.heard.length }
      expect([await get(), await get()]).toEqual(['b from one', 'b from one'])
      await expect.poll(() => b.heard.length, { timeout: 10_000 }).toBeGreaterThan(heard.b + 50)
      expect(a.heard.length).toBe(heard.a)

      const printed = wrapper.output.length
      await tls.swap(pairOf(renewed))
      await wrapper.printed(/certificate: applied/, printed)
      expect(await servedAt(secure)).toBe(new X509Certificate(renewed.pem.cert).fingerprint256)

      const { failed, answered: good } = await load.stop()
      expect(failed).toBe(0)
      expect(good).toBeGreaterThan(100)
      expect(await workers()).toEqual(before)
      expect(wrapper.output).not.toMatch(/reconfiguring/)
    }, 40_000)

    it('reloads for other keys only, and keeps what was pushed', async () => {
      const { b, web, wrapper, workers, get } = await start()
      await web.patch({ 'backends.json': listing(b.port) })
      await expect.poll(get).toBe('b from one')
      const before = await workers()
      await web.patch({ 'site.conf': site('two') })
      await wrapper.printed(/nginx: applied: /)
      expect(await get()).toBe('b from two')
      const now = await workers()
      expect(now.filter((pid) => before.includes(pid))).toEqual([])
    }, 40_000)

    it('stays with its backends when a list is refused, and takes the mended one', async () => {
      const { b, web, wrapper, get, a } = await start()
      await web.patch({ 'backends.json': '[{"address":"example.org","port":80}]' })
      await wrapper.printed(/push backends\.json: failed: POST .* answered 400: not a valid backends/)
      expect(await get()).toBe('a from one')
      await web.patch({ 'backends.json': listing(a.port, b.port) })
      await expect.poll(get).toBe('b from one')
    }, 40_000)

    it('pushes everything again when nginx was started anew', async () => {
      const { b, web, tls, ca, secure, wrapper, master, get } = await start()
      const renewed = ca.issue('renewed.example')
      const begun = wrapper.output.length
      await web.patch({ 'backends.json': listing(b.port) })
      await tls.swap(pairOf(renewed))
      await wrapper.printed(/push backends\.json: applied/, begun)
      await wrapper.printed(/certificate: applied/, begun)
      expect(await get()).toBe('b from one')
      const [old, printed] = [await master(), wrapper.output.length]
      process.kill(old, 'SIGKILL')
      await wrapper.printed(/push backends\.json: applied/, printed)
      await wrapper.printed(/certificate: applied/, printed)
      expect(await get()).toBe('b from one')
      expect(await master()).not.toBe(old)
      expect(await servedAt(secure)).toBe(new X509Certificate(renewed.pem.cert).fingerprint256)
    }, 40_000)
  },
)
