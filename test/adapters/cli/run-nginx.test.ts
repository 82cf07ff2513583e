import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SimulatedMount } from '@hotmount/core/testing'
import { expect, it, vi } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { describeWith, installed } from '../../support/servers.js'
import { answering, ask } from '../servers/nginx-process.js'
import { launch, logged, type Running, temporary, volume } from './support.js'

const nginx = installed('nginx') ?? 'nginx'

const config = (work: string, http: string): string => `
${process.geteuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${work}/nginx.pid;
error_log ${work}/error.log notice;
events { worker_connections 64; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${work}/${name};`).join('\n  ')}
  ${http}
}`

const errorLog = (work: string): Promise<string> => readFile(`${work}/error.log`, 'utf8')

/** A place for an nginx that answers this text. */
const site = async (
  text: string,
): Promise<{ readonly mount: SimulatedMount; readonly work: string; readonly port: number }> => {
  const port = await freePort()
  const work = path.join(await temporary(), 'nginx')
  await mkdir(work)
  return { mount: await volume({ 'nginx.conf': config(work, answering(port, text)) }), work, port }
}

const wrap = async (mountPath: string, work: string, port: number): Promise<Running> => {
  const command = [nginx, '-c', path.join(mountPath, 'nginx.conf'), '-p', work, '-g', 'daemon off;']
  const running = launch(['run', '--mount', mountPath, '--server', 'nginx', '--', ...command])
  await vi.waitFor(async () => expect(await ask(port)).not.toBe('ECONNREFUSED'), 5000)
  return running
}

describeWith('nginx', 'hotmount run --server nginx', () => {
  it('moves nginx from one port to another; a broken config in between changes nothing', async () => {
    const { mount, work, port: a } = await site('old')
    const b = await freePort()
    const running = await wrap(mount.path, work, a)

    const broken = await mount.swap({
      'nginx.conf': config(work, `${answering(b, 'hunter2-is-secret')}\n  lissten ${b};`),
    })
    const rejected = await logged(running, { msg: 'config rejected', revision: broken })
    expect(rejected['error']).toMatch(/unknown directive "lissten" in \S+nginx\.conf:\d+/)
    expect([await ask(a), await ask(b)]).toEqual(['old', 'ECONNREFUSED'])

    const mended = await mount.swap({ 'nginx.conf': config(work, answering(b, 'new')) })
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
    const [ours, theirs] = [await site('old'), await site('other')]
    const running = await wrap(ours.mount.path, ours.work, ours.port)
    await wrap(theirs.mount.path, theirs.work, theirs.port)
    await ours.mount.swap({ 'nginx.conf': config(ours.work, answering(ours.port, 'new')) })
    await logged(running, { msg: 'config applied' })
    expect([await ask(ours.port), await ask(theirs.port)]).toEqual(['new', 'other'])
    expect(await errorLog(ours.work)).toContain('(SIGHUP) received')
    expect(await errorLog(theirs.work)).not.toContain('(SIGHUP) received')
  })

  it('tells of an nginx that went to the background', async () => {
    const { mount } = await site('old')
    const file = path.join(mount.path, 'nginx.conf')
    // -v prints the version and ends with 0 at once, and leaves no daemon behind for the test to find.
    const running = launch(['run', '--mount', mount.path, '--server', 'nginx', '--', nginx, '-c', file, '-v'])
    expect(await running.exited).toBe(0)
    const told = running.log().find(({ msg }) => msg === 'command went to the background')
    expect(told?.['hint']).toContain("nginx -g 'daemon off;'")
  })
})
