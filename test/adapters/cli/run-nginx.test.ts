import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { answering, ask } from '../servers/nginx-process.js'
import { nginx, nginxCommand, nginxConfig, nginxSite, type NginxSite } from './nginx-site.js'
import { launch, logged, type Running } from './support.js'

const errorLog = (work: string): Promise<string> => readFile(`${work}/error.log`, 'utf8')

const wrap = async (site: NginxSite): Promise<Running> => {
  const flags = ['run', '--mount', site.mount.path, '--server', 'nginx', '--']
  const running = launch([...flags, ...nginxCommand(site)])
  await vi.waitFor(async () => expect(await ask(site.port)).not.toBe('ECONNREFUSED'), 5000)
  return running
}

describeWith('nginx', 'hotmount run --server nginx', () => {
  it('moves nginx from one port to another; a broken config in between changes nothing', async () => {
    const site = await nginxSite('old')
    const { mount, work, port: a } = site
    const b = await freePort()
    const running = await wrap(site)

    const broken = await mount.swap({
      'nginx.conf': nginxConfig(work, `${answering(b, 'hunter2-is-secret')}\n  lissten ${b};`),
    })
    const rejected = await logged(running, { msg: 'config rejected', revision: broken })
    expect(rejected['error']).toMatch(/unknown directive "lissten" in \S+nginx\.conf:\d+/)
    expect([await ask(a), await ask(b)]).toEqual(['old', 'ECONNREFUSED'])

    const mended = await mount.swap({ 'nginx.conf': nginxConfig(work, answering(b, 'new')) })
    const applied = await logged(running, { msg: 'config applied', revision: mended })
    expect(applied['evidence']).toMatch(/^\d+ new workers/)
    expect([await ask(a), await ask(b)]).toEqual(['ECONNREFUSED', 'new'])

    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
    // Both QUIT and TERM end nginx with 0: its own log tells which one it was.
    expect(await errorLog(work)).toMatch(/signal 3 \(SIGQUIT\) received/)
    expect(await logged(running, { msg: 'command ended' })).toMatchObject({ code: 0, wanted: true })
    expect(running.out() + running.err()).not.toContain('hunter2')
  })

  it('reloads the nginx it wraps, and no other', async () => {
    const [ours, theirs] = [await nginxSite('old'), await nginxSite('other')]
    const running = await wrap(ours)
    await wrap(theirs)
    await ours.mount.swap({ 'nginx.conf': nginxConfig(ours.work, answering(ours.port, 'new')) })
    await logged(running, { msg: 'config applied' })
    expect([await ask(ours.port), await ask(theirs.port)]).toEqual(['new', 'other'])
    expect(await errorLog(ours.work)).toContain('(SIGHUP) received')
    expect(await errorLog(theirs.work)).not.toContain('(SIGHUP) received')
  })

  it('tells of an nginx that went to the background', async () => {
    const { mount } = await nginxSite('old')
    const file = path.join(mount.path, 'nginx.conf')
    // -v prints the version and ends with 0 at once, and leaves no daemon behind for the test to find.
    const running = launch(['run', '--mount', mount.path, '--server', 'nginx', '--', nginx, '-c', file, '-v'])
    expect(await running.exited).toBe(0)
    const told = running.log().find(({ msg }) => msg === 'command went to the background')
    expect(told?.['hint']).toContain("nginx -g 'daemon off;'")
  })
})
