import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../test/support/free-port.js'
import { runExample } from '../../test/support/running-example.js'
import { describeWith, installed } from '../../test/support/servers.js'

const server = (port: number): string =>
  `server { listen 127.0.0.1:${port}; location / { return 200 "port ${port}\\n"; } }\n`

const mainConfig = (directory: string, confd: string): string => `
worker_processes 2;
pid ${directory}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  include ${confd}/*.conf;
}
`

const answer = (port: number): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then(
    (response) => response.text(),
    () => 'refused',
  )

const start = async (port: number) => {
  const volume = await simulateMount({ 'default.conf': server(port) })
  const directory = await mkdtemp(path.join(tmpdir(), 'hotmount-nginx-'))
  const config = path.join(directory, 'nginx.conf')
  await writeFile(config, mainConfig(directory, volume.path))
  const binary = installed('nginx') ?? 'nginx'
  const argv = [volume.path, binary, '-p', directory, '-c', config, '-g', 'daemon off;']
  const wrapper = runExample('nginx-wrapper/main', argv)
  onTestFinished(async () => {
    await wrapper[Symbol.asyncDispose]()
    await volume[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })
  await expect.poll(() => answer(port), { timeout: 10_000 }).toBe(`port ${port}\n`)
  return { volume, wrapper }
}

describeWith('nginx', 'nginx behind the wrapper', () => {
  it('moves to another port, refuses a broken config while it goes on serving, and takes the mended one', async () => {
    const [a, b, c] = [await freePort(), await freePort(), await freePort()]
    const { volume, wrapper } = await start(a)

    await volume.swap({ 'default.conf': server(b) })
    await wrapper.printed(/nginx runs /)
    expect([await answer(a), await answer(b)]).toEqual(['refused', `port ${b}\n`])

    await volume.swap({ 'default.conf': `server { lissten ${c}; }\n` })
    await wrapper.printed(/nginx: rejected: .*lissten/s)
    expect([await answer(b), await answer(c)]).toEqual([`port ${b}\n`, 'refused'])

    const before = wrapper.output.length
    await volume.swap({ 'default.conf': server(c) })
    await wrapper.printed(/nginx runs /, before)
    expect([await answer(b), await answer(c)]).toEqual(['refused', `port ${c}\n`])
  })

  it('stops nginx gracefully on SIGTERM and ends with its exit code', async () => {
    const port = await freePort()
    const { wrapper } = await start(port)
    wrapper.kill('SIGTERM')
    expect(await wrapper.exited).toBe(0)
    expect(wrapper.output).toMatch(/gracefully shutting down/)
    expect(await answer(port)).toBe('refused')
  })
})
