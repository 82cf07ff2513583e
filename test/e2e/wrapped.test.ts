import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { launch, logged, temporary, volume } from '../adapters/cli/support.js'
import { ask } from '../adapters/servers/nginx-process.js'
import { freePort } from '../support/free-port.js'
import { describeWith, installed } from '../support/servers.js'

const config = (port: number, text: string): string => `
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend f
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string ${text}
`

describeWith('haproxy', 'hotmount run --server haproxy', () => {
  it('finds check and master socket in the command, and stops it its own way', async () => {
    const port = await freePort()
    const socket = path.join(await temporary(), 'master.sock')
    const mount = await volume({ 'haproxy.cfg': config(port, 'v1') })
    const file = path.join(mount.path, 'haproxy.cfg')
    const command = [installed('haproxy') ?? 'haproxy', '-W', '-db', '-q', '-S', socket, '-f', file]
    const running = launch(['run', '--mount', mount.path, '--server', 'haproxy', '--', ...command])
    await vi.waitFor(async () => expect(await ask(port)).toBe('v1'), 5000)

    const taken = await mount.swap({ 'haproxy.cfg': config(port, 'v2') })
    const applied = await logged(running, { msg: 'config applied', revision: taken })
    expect(applied['evidence']).toMatch(/^reload 1 succeeded; 1 new worker/)
    expect(await ask(port)).toBe('v2')

    const broken = await mount.swap({ 'haproxy.cfg': `${config(port, 'v3')}\n  lissten 80` })
    const rejected = await logged(running, { msg: 'config rejected', revision: broken })
    expect(rejected['error']).toContain('unknown keyword')
    expect(await ask(port)).toBe('v2')

    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
    expect(await logged(running, { msg: 'command ended' })).toMatchObject({ code: 0, wanted: true })
  })
})
