import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../test/support/free-port.js'
import { runExample, type RunningExample } from '../../test/support/running-example.js'
import { describeWith, installed } from '../../test/support/servers.js'

const main = (directory: string): string => `
error_log stderr notice;
worker_processes 2;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  include site.conf;
}
`
const site = (port: number): string =>
  `server { listen 127.0.0.1:${port}; location / { return 200 "port ${port}\\n"; } }\n`

const answer = (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then(
    (response) => response.text(),
    () => 'refused',
  )

const prepare = async (port: number) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'hotmount-staged-'))
  const nginxConf = main(directory)
  const volume = await simulateMount({ 'nginx.conf': nginxConf, 'site.conf': site(port) })
  onTestFinished(async () => {
    await volume[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  const start = (): RunningExample => {
    const binary = installed('nginx') ?? 'nginx'
    const wrapper = runExample('staged-nginx/main', [
      volume.path,
      path.join(directory, 'staged'),
      directory,
      binary,
    ])
    onTestFinished(() => wrapper[Symbol.asyncDispose]())
    return wrapper
  }
  const edit = (siteConf: string): Promise<unknown> =>
    volume.swap({ 'nginx.conf': nginxConf, 'site.conf': siteConf })
  return { start, edit }
}

describeWith('nginx', 'nginx behind a staging directory', () => {
  it('takes what is good, refuses what is broken, and goes back from what does not work', async () => {
    const [a, b, c] = [await freePort(), await freePort(), await freePort()]
    const { start, edit } = await prepare(a)
    const wrapper = start()
    await wrapper.printed(/starting with what is mounted/)
    await expect.poll(() => answer(a), { timeout: 10_000 }).toBe(`port ${a}\n`)

    await edit(site(b))
    await wrapper.printed(/nginx runs .*: published as \S+; 2 new workers/)
    expect([await answer(a), await answer(b)]).toEqual(['refused', `port ${b}\n`])

    await edit(`server { lissten ${c}; }\n`)
    await wrapper.printed(/nginx: rejected: .*unknown directive "lissten"/s)
    expect(await answer(b)).toBe(`port ${b}\n`)

    const busy = createServer().listen(0, '127.0.0.1')
    await once(busy, 'listening')
    onTestFinished(() => void busy.close())
    const address = busy.address()
    await edit(site(typeof address === 'object' ? (address?.port ?? 0) : 0))
    await wrapper.printed(/nginx: rolledBack: .*kept its old workers/s)
    expect(await answer(b)).toBe(`port ${b}\n`)

    const before = wrapper.output.length
    await edit(site(c))
    await wrapper.printed(/nginx runs /, before)
    expect([await answer(b), await answer(c)]).toEqual(['refused', `port ${c}\n`])
  }, 40_000)

  it('starts with the last known good config when the mounted one is broken', async () => {
    const [a, b, c] = [await freePort(), await freePort(), await freePort()]
    const { start, edit } = await prepare(a)
    const first = start()
    await first.printed(/starting with/)
    await expect.poll(() => answer(a), { timeout: 10_000 }).toBe(`port ${a}\n`)
    await edit(site(b))
    await first.printed(/nginx runs /)
    first.kill('SIGTERM')
    expect(await first.exited).toBe(0)

    await edit(`server { lissten ${c}; }\n`)
    const second = start()
    await second.printed(/starting with the last known good config/)
    await second.printed(/nginx: rejected: .*lissten/s)
    await expect.poll(() => answer(b), { timeout: 10_000 }).toBe(`port ${b}\n`)

    await edit(site(c))
    await second.printed(/nginx runs /)
    expect(await answer(c)).toBe(`port ${c}\n`)
  }, 40_000)
})
