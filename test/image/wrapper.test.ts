import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { describeImage, place, volume } from './support/image.js'
import { system } from './support/machine.js'

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
  (name) => `${name}_temp_path /tmp/${name};`,
)
/** As the unprivileged image has it: everything that nginx writes is below /tmp. */
const main = `pid /tmp/nginx.pid; error_log /dev/null; events {}
http { access_log off; ${temporary.join(' ')} include /etc/nginx/conf.d/*.conf; }`
const site = (port: number, text: string): Readonly<Record<string, string>> => ({
  'default.conf': `server { listen 127.0.0.1:${port}; location / { return 200 '${text}'; } }`,
})

describeImage('nginx with hotmount copied in [needs nginx]', 'nginx-hotmount', (built) => {
  it('follows its mount as pid 1 on a read-only root, and TERM ends both', async () => {
    const port = await freePort()
    const answer = async (): Promise<string> => {
      try {
        return await (await fetch(`http://127.0.0.1:${port}`)).text()
      } catch {
        return 'nothing'
      }
    }
    const mount = await volume(site(port, 'one'))
    const etc = place()
    writeFileSync(path.join(etc, 'nginx.conf'), main)
    const container = await built().start({
      args: ['nginx', '-c', '/etc/hotmount-test/nginx.conf', '-g', 'daemon off;'],
      binds: [
        ...system,
        { from: etc, to: '/etc/hotmount-test' },
        { from: mount.path, to: '/etc/nginx/conf.d' },
        { from: place(), to: '/tmp', writable: true },
        { from: place(), to: '/var/log/nginx', writable: true },
      ],
    })
    await container.printed(/"msg":"watching"/)
    await expect.poll(answer, { timeout: 20_000 }).toBe('one')
    await mount.swap(site(port, 'two'))
    await container.printed(/"msg":"config applied"/)
    await expect.poll(answer, { timeout: 20_000 }).toBe('two')
    await mount.swap({ 'default.conf': 'lissten 80;' })
    await container.printed(/"msg":"config rejected"/)
    expect(await answer()).toBe('two')
    container.kill('TERM')
    expect(await container.exited).toBe(0)
    expect(await answer()).toBe('nothing')
  })
})
